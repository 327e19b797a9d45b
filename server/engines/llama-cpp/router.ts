/** llama-server's list of models and the orders its router takes. https://github.com/ggml-org/llama.cpp/tree/master/tools/server#using-multiple-models */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { NativeApi } from '../local-engine.ts';
import { isSameModelName } from '../model-names.ts';
import { llamaModelNames } from './model-names.ts';
import { followRouter, type RouterEvent } from './router-events.ts';

const RouterEntry = z.object({
  id: z.string().min(1),
  /** Absent: the server has one model and is not a router. */
  status: z
    .object({
      value: z.enum(['unloaded', 'loading', 'loaded', 'sleeping', 'downloading', 'downloaded']),
      progress: z.object({ value: z.number() }).optional().catch(undefined),
      exit_code: z.number().optional().catch(undefined),
      failed: z.boolean().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  meta: z
    .object({ size: z.number().positive().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
export type RouterEntry = z.infer<typeof RouterEntry>;
const List = z.object({ data: z.array(z.unknown()) });
const Props = z.object({
  role: z.string().optional().catch(undefined),
  is_sleeping: z.boolean().optional().catch(undefined),
});

/** @param pollIntervalMs between two checks of the list while something changes. Absent: `followRouter`'s default */
export function llamaRouter(api: NativeApi, pollIntervalMs?: number) {
  const entries = async (signal: AbortSignal): Promise<readonly RouterEntry[]> => {
    const list = List.safeParse(await api.json({ path: '/models' }, signal));
    if (!list.success)
      throw new RumboError('llama-server’s list of models cannot be read.', { kind: 'bad-response' });
    return list.data.data.flatMap((value) => RouterEntry.safeParse(value).data ?? []);
  };
  /** `undefined`: the server has no such model. */
  const find = async (name: string, signal: AbortSignal) =>
    (await entries(signal)).find(({ id }) => isSameModelName(llamaModelNames, id, name));

  return {
    entries,
    find,
    props: async (signal: AbortSignal) =>
      Props.safeParse(await api.json({ path: '/props' }, signal)).data ?? {},

    /** Whether the router accepted the order; `false`: an error that matches `alreadyDone` shows that it was needless. */
    async order(path: string, model: string, alreadyDone: RegExp, signal: AbortSignal): Promise<boolean> {
      try {
        await api.json({ path, body: { model }, model }, signal);
        return true;
      } catch (error) {
        if (error instanceof RumboError && error.data.status === 400 && alreadyDone.test(error.message))
          return false;
        throw error;
      }
    },

    /** Checks the list whenever a model changes, until `outcomeOf` returns something. */
    follow<T>(
      model: string,
      onEvent: (event: RouterEvent) => void,
      outcomeOf: (entry: RouterEntry | undefined) => T | undefined,
      signal: AbortSignal,
    ): Promise<T> {
      return followRouter(api, {
        isAbout: (each) => isSameModelName(llamaModelNames, each, model),
        onEvent,
        check: async () => outcomeOf(await find(model, signal)),
        signal,
        ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
      });
    },
  };
}
