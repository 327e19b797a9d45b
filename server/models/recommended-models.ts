/** Which of the models that are here to ask first, by use: those known to be good at it, then whoever can do it. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import { type LocalUse, localUses } from '../../shared/local-models.ts';
import type { RoleId } from '../../shared/roles.ts';
import type { TaskType } from '../../shared/tasks.ts';

/** A local model that is here, on disk or in memory. */
export type InstalledModel = {
  readonly id: ModelId;
  readonly name: string;
  /** Bytes on disk. Absent: not told. */
  readonly sizeBytes?: number;
  /** It fills in the middle. Absent or `null`: nobody says. */
  readonly fill?: boolean | null;
  /** It turns texts into vectors and does not chat. */
  readonly embeds?: boolean | null;
};

/** What each role wants unless its request says more. Chat depends on the task. */
const useByRole: Readonly<Partial<Record<RoleId, LocalUse>>> = { coder: 'code', planner: 'general' };
const useByTask: Readonly<Record<TaskType, LocalUse>> = {
  planning: 'general',
  architecture: 'general',
  complex_generation: 'code',
  simple_generation: 'simple',
  verification: 'general',
  general: 'general',
};

/** @param role a key of shared/roles.ts. Absent: the plain conversation */
export const localUseOf = (role: string | undefined, task: TaskType): LocalUse =>
  useByRole[role as RoleId] ?? useByTask[task];

/** Parts of names, with the punctuation between words taken out, best first. */
const preferredFamilies: Readonly<Record<LocalUse, readonly RegExp[]>> = {
  code: [/qwen3coder/, /qwen25coder/, /coder|devstral|codestral|codegemma|codellama|starcoder/],
  general: [/gemma3.*qat/, /gemma3(?!n)/, /gemma3n/, /gemma|qwen3|llama3|mistral|gptoss/],
  simple: [/smollm3/, /gemma3n/, /gemma3(?!.*(?:12b|27b))/, /smollm/],
  fill: [/qwen25coder/, /qwen3coder|codestral|starcoder|codegemma|deepseekcoder|codellama/],
};

/** By use, best first; nobody who cannot do it is in the list. Empty: nobody here can. */
export function recommendLocalModels(
  present: readonly InstalledModel[],
): Readonly<Record<LocalUse, readonly ModelId[]>> {
  const chats = present.filter(({ name, embeds }) => !(embeds ?? /embed/i.test(name)));
  const ranked = (use: LocalUse): readonly ModelId[] => {
    const able = use === 'fill' ? chats.filter(canFill) : chats;
    return able
      .toSorted((one, other) => rank(use, one) - rank(use, other) || bySize(use, one, other))
      .map(({ id }) => id);
  };
  return Object.fromEntries(localUses.map((use) => [use, ranked(use)])) as Record<
    LocalUse,
    readonly ModelId[]
  >;
}

/** Without a word of the engine a family that was trained for it will do. */
const canFill = (each: InstalledModel): boolean =>
  each.fill ?? rank('fill', each) < preferredFamilies.fill.length;

function rank(use: LocalUse, { name }: InstalledModel): number {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const place = preferredFamilies[use].findIndex((pattern) => pattern.test(bare));
  return place < 0 ? preferredFamilies[use].length : place;
}

/** Where speed counts the smaller is better, elsewhere the larger; an unknown size stands behind. */
function bySize(use: LocalUse, one: InstalledModel, other: InstalledModel): number {
  if (one.sizeBytes === undefined || other.sizeBytes === undefined)
    return Number(one.sizeBytes === undefined) - Number(other.sizeBytes === undefined);
  const larger = one.sizeBytes - other.sizeBytes;
  return use === 'simple' || use === 'fill' ? larger : -larger;
}
