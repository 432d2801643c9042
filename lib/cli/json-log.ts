import { destination, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/types.ts';
import { describeFault } from '../ops/describe-fault.ts';
import type { DaemonLog } from './daemon-log.ts';
import { readVersion } from './version.ts';

/** For programs: an object a line on stdout. `event` says what it is about. */
export function openJsonLog(level: LogLevel): DaemonLog {
  // Written at once: what was said before a crash must not be lost in a buffer.
  const out = destination({ dest: 1, sync: true });
  // A journal that went away must not take the proxy with it.
  out.on('error', () => {});
  const log = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    out,
  );
  return {
    started: (listen) =>
      log.info({ event: 'start', version: readVersion(), listen }, 'the proxy listens'),
    request: (line) =>
      log[line.outcome === 'refused' ? 'warn' : 'info']({ event: 'request', ...line }, 'request'),
    notice: ({ level, event, text, details }) => log[level]({ event, ...details }, text),
    fault(error) {
      const { message, ...facts } = describeFault(error);
      log.error({ event: 'fault', ...facts }, message);
    },
    stopping: () => log.info({ event: 'stopping' }, 'finishing what is under way'),
    stopped: () => log.info({ event: 'stop' }, 'the proxy has ended'),
    setLevel(next) {
      log.level = next;
    },
  };
}
