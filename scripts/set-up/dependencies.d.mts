/** Types of dependencies.mjs, which has to run before there is a TypeScript. */
import type { Report } from './report.mjs';

export function installDependencies(report: Report): Promise<void>;

/** Whether `folder` has installed what its package-lock.json says. */
export function areInstalled(folder: string): boolean;
