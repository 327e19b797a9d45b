/** Reads the loosely specified JSON of local engines: a value of the wrong shape counts as absent. */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';

export const Text = z.string().min(1).optional().catch(undefined);
export const Count = z.number().positive().optional().catch(undefined);
export const Flag = z.boolean().optional().catch(undefined);
export const TextList = z.array(z.string()).optional().catch(undefined);
/** Keys of a GGUF file: `general.architecture`, `llama.context_length`. */
export const Metadata = z.record(z.string(), z.unknown()).optional().catch(undefined);
/** An object with these fields; any other value counts as absent. */
export const looseObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape).optional().catch(undefined);

/** The entries of a list that have this shape. Throws `bad-response` when it is not a list. */
export function parseEntries<Entry>(
  value: unknown,
  field: string | undefined,
  entry: z.ZodType<Entry>,
): readonly Entry[] {
  const list = field === undefined ? value : z.record(z.string(), z.unknown()).safeParse(value).data?.[field];
  if (!Array.isArray(list))
    throw new RumboError('The engine’s list of models cannot be read.', { kind: 'bad-response' });
  return list.flatMap((each) => entry.safeParse(each).data ?? []);
}

/** `256.35 MiB`, `4.7GB` in bytes. `undefined`: not a size. */
export function parseSize(size: string | undefined): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)\s*([kmgt]?i?b)$/i.exec(size?.trim() ?? '') ?? [];
  if (number === undefined) return;
  const base = /i/i.test(unit) ? 1024 : 1000;
  const power = 'bkmgt'.indexOf(unit[0]?.toLowerCase() ?? 'b');
  return Math.round(Number(number) * base ** power) || undefined;
}

/** The context length a model was trained for, from the metadata of its file. */
export function trainedContext(metadata: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const architecture = metadata?.['general.architecture'];
  return Count.parse(Number(metadata?.[`${String(architecture)}.context_length`]));
}

/** The name of a licence: the file's own, else the first line of its text. */
export function licenceName(
  metadata: Readonly<Record<string, unknown>> | undefined,
  text?: string,
): string | undefined {
  const name = Text.parse(metadata?.['general.license']);
  return name ?? text?.split('\n').find((line) => line.trim() !== '');
}
