/** What to show after an accept from what the model had said already. */
import type { Situation } from '../situation.ts';
import { type Shown, showing } from './showing.ts';

/**
 * @param rest what `end()` left of the model's text
 * @param situation where the user is once the suggestion before it is accepted
 */
export function nextOf(rest: string, situation: Situation): Shown {
  const next = showing(situation, { shape: 'block', manner: 'fill' });
  next.read(rest);
  return next.end();
}
