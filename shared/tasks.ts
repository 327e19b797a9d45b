/** The task types of prompts. */
export const taskTypes = [
  'planning',
  'architecture',
  'complex_generation',
  'simple_generation',
  'verification',
  'general',
] as const;
export type TaskType = (typeof taskTypes)[number];

/** How candidates are ordered; `auto` selects one of the others by task type. */
export const strategies = ['auto', 'priority', 'cost', 'performance', 'quality'] as const;
export type Strategy = (typeof strategies)[number];
