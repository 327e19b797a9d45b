/** Keys that no store has, for as long as the editor runs: a server that ends loses them, and the next one gets them again. */
import type { KeyReply } from '../../shared/key-channel.ts';
import type { KeyOptions } from '../../shared/keys.ts';
import type { KeyChannel } from '../server/key-channel.ts';

/** A key that the user has typed for an origin. */
type TypedKey = {
  readonly type: 'rumbo/key/set' | 'rumbo/key/add';
  readonly key: string;
  readonly origin: string;
  readonly options?: KeyOptions;
  /** As the server names it. Absent: it did not say. */
  readonly slot: string | undefined;
};

export function memoryOnlyKeys(channel: KeyChannel) {
  const byProvider = new Map<string, readonly TypedKey[]>();
  const store = (provider: string, keys: readonly TypedKey[]): void => {
    if (keys.length > 0) byProvider.set(provider, keys);
    else byProvider.delete(provider);
  };
  const of = (provider: string): readonly TypedKey[] => byProvider.get(provider) ?? [];

  const resend = async (provider: string): Promise<void> => {
    const before = of(provider);
    // In order: the first may replace others.
    for (const typed of before) {
      const { type, key, origin, options } = typed;
      const { slot } = await channel.send({ type, key, origin, provider, isResent: true });
      if (slot !== undefined && options)
        await channel.send({ type: 'rumbo/key/edit', provider, slot, options });
      store(
        provider,
        of(provider).map((each) => (each === typed ? { ...typed, slot } : each)),
      );
    }
  };

  return {
    /** A key was submitted; a lasting store may have it. */
    onSubmitted(
      provider: string,
      typed: Omit<TypedKey, 'slot'>,
      reply: Pick<KeyReply, 'store' | 'slot'>,
    ): void {
      const before = typed.type === 'rumbo/key/add' ? of(provider) : [];
      // A key that is submitted again must not replace one that was saved since.
      const additions = before.map((each) => ({ ...each, type: 'rumbo/key/add' }) as const);
      if (reply.store === 'memory') store(provider, [...before, { ...typed, slot: reply.slot }]);
      else store(provider, additions);
    },
    onEdited: (provider: string, slot: string, options: KeyOptions): void =>
      store(
        provider,
        of(provider).map((each) => (each.slot === slot ? { ...each, options } : each)),
      ),
    /** @param slot absent: all keys of the provider were removed */
    onRemoved: (provider: string, slot?: string): void =>
      store(provider, slot === undefined ? [] : of(provider).filter((each) => each.slot !== slot)),
    onEverythingRemoved: (): void => byProvider.clear(),
    /** The server runs again. A key for an address that has changed stays with the user. */
    resendAll(): void {
      for (const provider of byProvider.keys()) void resend(provider).catch(() => undefined);
    },
  };
}
