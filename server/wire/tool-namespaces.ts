/** Tools of several namespaces under one name each, for services without namespaces. */
import { createHash } from 'node:crypto';
import type { Tool } from '../../shared/chat.ts';

/** Characters of a tool's name that every service takes. */
const maxLength = 64;

type Named = { readonly name: string; readonly namespace?: string };

export type ToolNames = {
  /** The tool, call or choice under its one name. */
  flatten<Holder extends Named>(holder: Holder): Holder;
  /** The call of a model by the names of the request; one that no tool has stays. */
  restore<Holder extends Named>(call: Holder): Holder;
};

export function flatToolNames(tools: readonly Tool[]): ToolNames {
  const flat = new Map<string, string>();
  const original = new Map<string, Named>();
  for (const tool of tools) {
    if (tool.type === 'hosted' || tool.namespace === undefined) continue;
    const { name, namespace } = tool;
    const wanted = `${namespace}__${name}`;
    const isFree =
      wanted.length <= maxLength && !original.has(wanted) && !tools.some((each) => each.name === wanted);
    const chosen = isFree ? wanted : shortName(wanted);
    flat.set(`${namespace} ${name}`, chosen);
    original.set(chosen, { name, namespace });
  }
  return {
    flatten(holder) {
      const { namespace, ...rest } = holder;
      if (namespace === undefined) return holder;
      return {
        ...rest,
        name: flat.get(`${namespace} ${holder.name}`) ?? shortName(`${namespace}__${holder.name}`),
      } as typeof holder;
    },
    restore: (call) => ({ ...call, ...original.get(call.name) }),
  };
}

/** The end of a name tells tools apart, so that stays; the digest makes it the only one. */
function shortName(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${digest}_${name.slice(-(maxLength - digest.length - 1))}`;
}
