/** The built-in roles. Their instructions are in server/profiles. */
import type { TaskType } from './tasks.ts';

export type Role = {
  readonly label: string;
  /** The name of a ThemeIcon of VS Code. */
  readonly icon: string;
  /** The task type of the role. Absent: the prompt is classified. */
  readonly task?: TaskType;
  /** `code`: the answer changes a file; `text`: the answer is Markdown. */
  readonly answer: 'text' | 'code';
};

export const roles = {
  planner: { label: 'Planner', icon: 'list-ordered', task: 'planning', answer: 'text' },
  coder: { label: 'Coder', icon: 'edit', answer: 'code' },
  chat: { label: 'Chat', icon: 'comment', answer: 'text' },
} as const satisfies Record<string, Role>;

export type RoleId = keyof typeof roles;
/** The role with this id. `undefined`: there is none. */
export const roleOf = (id: string | undefined): Role | undefined =>
  id !== undefined && Object.hasOwn(roles, id) ? roles[id as RoleId] : undefined;

export const roleIds = Object.keys(roles) as readonly RoleId[];
