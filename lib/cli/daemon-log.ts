import { fstatSync } from 'node:fs';
import type { Homes, LogLevel, Settings } from '../config/types.ts';
import type { Notice, RequestLine } from '../proxy/observer.ts';

export type LogFormat = Settings['log']['format'];

/** What the daemon writes while it runs. Never a value. */
export interface DaemonLog {
  /** It listens; `address` is where. */
  started(address: { readonly host: string; readonly port: number }): Promise<void> | void;
  request(line: RequestLine): void;
  notice(notice: Notice): void;
  /** Something failed that no client can be told. */
  fault(error: unknown): void;
  stopping(): void;
  stopped(): void;
  setLevel(level: LogLevel): void;
}

/** Opens the log in the format that was asked for, on the command line or in `config.yaml`. */
export async function openDaemonLog(
  homes: Homes,
  { level, format }: Settings['log'],
  asked: LogFormat = format,
): Promise<DaemonLog> {
  const json = asked === 'json' || (asked === 'auto' && isJournal(process.env['JOURNAL_STREAM']));
  if (!json) return (await import('./text-log.ts')).openTextLog(homes, level);
  return (await import('./json-log.ts')).openJsonLog(level);
}

/**
 * Whether stdout goes to systemd's journal: the variable alone does not tell, as whatever a service
 * starts inherits it (systemd.exec(5), JOURNAL_STREAM).
 */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(1, { bigint: true });
  return stream === `${dev}:${ino}`;
}
