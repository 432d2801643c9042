import type { LogLevel } from '../config/types.ts';

const WEIGHTS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;

/** Whether something of one level is written where another is set. */
export function isWritten(level: Exclude<LogLevel, 'silent'>, set: LogLevel): boolean {
  return WEIGHTS[level] >= WEIGHTS[set];
}
