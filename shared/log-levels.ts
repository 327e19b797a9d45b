/** Levels of the log, from the fewest lines to the most. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export const isLogged = (level: LogLevel, upTo: LogLevel): boolean =>
  logLevels.indexOf(level) <= logLevels.indexOf(upTo);
