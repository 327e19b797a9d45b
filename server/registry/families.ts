/**
 * Abilities of model families by name, as the vendors document them (November 2026). The bundled catalogue has prices and
 * context lengths only; these apply until a list or a page states more.
 */
import { modelFamilies } from '../../shared/providers.ts';
import type { ModelFacts, ModelFamily } from './facts.ts';

const families: Readonly<Record<string, readonly ModelFamily[]>> = modelFamilies;

/** @param kind of the engine */
export const familyFacts = (kind: string, name: string): ModelFacts =>
  families[kind]?.find(([pattern]) => pattern.test(name))?.[1] ?? {};
