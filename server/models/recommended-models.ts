/** Local models by use, best first: the families known to be good at it, then all others that are capable. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import { type LocalUse, localUses } from '../../shared/local-models.ts';
import type { RoleId } from '../../shared/roles.ts';
import type { TaskType } from '../../shared/tasks.ts';

/** A local model on disk or in memory. */
export type InstalledModel = {
  readonly id: ModelId;
  readonly name: string;
  /** Bytes on disk. Absent: unknown. */
  readonly sizeBytes?: number;
  /** Whether it fills in the middle. Absent or `null`: unknown. */
  readonly fill?: boolean | null;
  /** Whether it is an embedding model, which cannot chat. Absent or `null`: unknown. */
  readonly embeds?: boolean | null;
};

/** Roles with a use of their own; for the others the task decides. */
const useByRole: Readonly<Partial<Record<RoleId, LocalUse>>> = { coder: 'code', planner: 'general' };
const useByTask: Readonly<Record<TaskType, LocalUse>> = {
  planning: 'general',
  architecture: 'general',
  complex_generation: 'code',
  simple_generation: 'simple',
  verification: 'general',
  general: 'general',
};

/** @param role a key of shared/roles.ts. Absent: plain chat */
export const localUseOf = (role: string | undefined, task: TaskType): LocalUse =>
  useByRole[role as RoleId] ?? useByTask[task];

/** Patterns for names without punctuation, best first. */
const preferredFamilies: Readonly<Record<LocalUse, readonly RegExp[]>> = {
  code: [/qwen3coder/, /qwen25coder/, /coder|devstral|codestral|codegemma|codellama|starcoder/],
  general: [/gemma3(?:(?!gemma3).)*qat/s, /gemma3(?!n)/, /gemma3n/, /gemma|qwen3|llama3|mistral|gptoss/],
  simple: [/smollm3/, /gemma3n/, /gemma3(?!.*(?:12b|27b))/, /smollm/],
  fill: [/qwen25coder/, /qwen3coder|codestral|starcoder|codegemma|deepseekcoder|codellama/],
};

/** By use, best first, without the models that are not capable of it. */
export function recommendLocalModels(
  installed: readonly InstalledModel[],
): Readonly<Record<LocalUse, readonly ModelId[]>> {
  const chats = installed.filter(({ name, embeds }) => !(embeds ?? /embed/i.test(name)));
  const ranked = (use: LocalUse): readonly ModelId[] => {
    const capable = use === 'fill' ? chats.filter(canFill) : chats;
    return capable
      .toSorted((one, other) => rank(use, one) - rank(use, other) || compareSize(use, one, other))
      .map(({ id }) => id);
  };
  return Object.fromEntries(localUses.map((use) => [use, ranked(use)])) as Record<
    LocalUse,
    readonly ModelId[]
  >;
}

/** If the engine does not report it, a family that was trained for it is enough. */
const canFill = (model: InstalledModel): boolean =>
  model.fill ?? rank('fill', model) < preferredFamilies.fill.length;

function rank(use: LocalUse, { name }: InstalledModel): number {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const index = preferredFamilies[use].findIndex((pattern) => pattern.test(bare));
  return index < 0 ? preferredFamilies[use].length : index;
}

/** Smaller first where speed matters, larger first elsewhere; unknown sizes last. */
function compareSize(use: LocalUse, one: InstalledModel, other: InstalledModel): number {
  if (one.sizeBytes === undefined || other.sizeBytes === undefined)
    return Number(one.sizeBytes === undefined) - Number(other.sizeBytes === undefined);
  const difference = one.sizeBytes - other.sizeBytes;
  return use === 'simple' || use === 'fill' ? difference : -difference;
}
