/** The kinds of work a prompt can ask for. */
export const taskTypes = [
  'planning',
  'architecture',
  'complex_generation',
  'simple_generation',
  'verification',
  'general',
] as const;
export type TaskType = (typeof taskTypes)[number];

/** How candidates are ordered; `auto` picks one of the others by task type. */
export const strategies = ['auto', 'priority', 'cost', 'performance', 'quality'] as const;
export type Strategy = (typeof strategies)[number];
