import { spawn } from 'node:child_process';

/** Tells the service manager how it goes; does nothing where there is none. */
export interface ServiceNotify {
  /** It serves; from now on the watchdog is fed. */
  ready(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  stopping(): void;
}

const NONE: ServiceNotify = { ready() {}, status() {}, stopping() {} };

/**
 * Speaks sd_notify(3) through systemd's own program, as Node has no datagrams on Unix sockets. The
 * unit needs `NotifyAccess=all`: who speaks is a child.
 *
 * @param onFault - told where the program cannot be run
 */
export function connectServiceManager(
  env: NodeJS.ProcessEnv,
  pid: number,
  onFault: (error: unknown) => void,
): ServiceNotify {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET) return NONE;
  const tell = (...assignments: string[]): void => {
    const child = spawn('systemd-notify', assignments, {
      stdio: 'ignore',
      env: { NOTIFY_SOCKET, PATH },
    });
    child.once('error', onFault);
    child.unref();
  };
  return {
    ready() {
      tell('READY=1', `MAINPID=${pid}`);
      const every = watchdogInterval(env, pid);
      if (every !== undefined) setInterval(() => tell('WATCHDOG=1'), every).unref();
    },
    status: (text) => tell(`STATUS=${text.replace(/\p{Cc}/gu, ' ')}`),
    stopping: () => tell('STOPPING=1'),
  };
}

/** Half of what the manager waits, as sd_watchdog_enabled(3) recommends. */
function watchdogInterval(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const microseconds = Number(env['WATCHDOG_USEC']);
  const meant = env['WATCHDOG_PID'];
  if (!(microseconds > 0) || (meant !== undefined && Number(meant) !== pid)) return undefined;
  return Math.max(100, Math.floor(microseconds / 2000));
}
