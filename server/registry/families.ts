/**
 * What the models of a family can do, by their names, as their vendors document it (November 2026). The bundled catalogue
 * has prices and context lengths only; this holds beside it until a list or a page reports more.
 */
import { modelFamilies } from '../../shared/providers.ts';
import type { ModelFacts, ModelFamily } from './facts.ts';

const families: Readonly<Record<string, readonly ModelFamily[]>> = modelFamilies;

/** @param kind of the engine */
export const familyFacts = (kind: string, name: string): ModelFacts =>
  families[kind]?.find(([pattern]) => pattern.test(name))?.[1] ?? {};
