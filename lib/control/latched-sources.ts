import { WaterwallError } from '../errors.ts';
import { createKillSource, type KillSource, type KillSourceDeps } from './kill-source.ts';
import { type Latch, type Latches, type LatchName, readLatches, writeLatches } from './latches.ts';

/** The two sources that somebody switches on and off, and their file. */
export interface LatchedSources {
  readonly sigusr1: KillSource;
  readonly http: KillSource;
  /** Effective when it returns; durable too, unless the disk fails (`unsaved`). */
  arm(name: LatchName, reason: string): void;
  /** @throws WaterwallError `audit-unavailable` or `io-error`; the source then still holds */
  disarm(name: LatchName, reason: string): Promise<void>;
  /** What each SIGUSR1 does. */
  toggleSignal(): void;
  /** The file lags behind: writing it failed. */
  readonly unsaved: boolean;
  /** Writes the file; a failure goes to `onFault`. */
  save(): void;
}

/** What the latched sources need. */
export interface LatchedSourcesDeps extends KillSourceDeps {
  readonly latchFile: string;
  /** The process to signal, for the words how to clear. */
  readonly pid: number;
}

/** Takes up what the latch file holds; a file that cannot be believed engages `http`. */
export function createLatchedSources(deps: LatchedSourcesDeps): LatchedSources {
  const clearOf: Readonly<Record<LatchName, string>> = {
    sigusr1: `kill -USR1 ${deps.pid}`,
    http: 'waterwall killswitch disarm',
  };
  let unsaved = false;

  const reading = readLatches(deps.latchFile);
  const latches = reading.state === 'read' ? reading.latches : {};
  const create = (name: LatchName, latch: Latch | undefined): KillSource =>
    createKillSource(
      name,
      { ...deps, commit: () => write(name) },
      latch && Object.freeze({ ...latch, clear: clearOf[name] }),
    );
  const sources = {
    sigusr1: create('sigusr1', latches.sigusr1),
    http: create('http', latches.http),
  };

  const write = (without?: LatchName): void => {
    if (without === undefined) unsaved = true;
    writeLatches(deps.latchFile, {
      ...(without === 'sigusr1' ? {} : latchOf('sigusr1', sources.sigusr1)),
      ...(without === 'http' ? {} : latchOf('http', sources.http)),
    });
    unsaved = false;
  };
  const save = (): void => {
    try {
      write();
    } catch (error) {
      deps.onFault(error);
    }
  };
  const arm = (name: LatchName, reason: string): void => {
    sources[name].engage({ reason, clear: clearOf[name] });
    save();
  };
  const disarm = async (name: LatchName, reason: string): Promise<void> => {
    try {
      await sources[name].release(reason);
    } catch (error) {
      throw stillHolds(name, error);
    }
  };

  if (reading.state === 'damaged') {
    sources.http.engage({ reason: reading.reason, clear: clearOf.http });
  }
  return {
    ...sources,
    arm,
    disarm,
    toggleSignal() {
      const { held, releasing } = sources.sigusr1;
      // A signal while the last one's release waits for its line means: engage after all.
      if (held === undefined || releasing !== undefined) arm('sigusr1', 'signal received');
      else disarm('sigusr1', 'signal received').catch(deps.onFault);
    },
    get unsaved() {
      return unsaved;
    },
    save,
  };
}

function latchOf(name: LatchName, { held }: KillSource): Latches {
  return held === undefined ? {} : { [name]: { since: held.since, reason: held.reason } };
}

function stillHolds(name: LatchName, error: unknown): WaterwallError {
  const isOurs = error instanceof WaterwallError;
  const why = isOurs ? error.message : 'its audit line failed';
  return new WaterwallError(
    isOurs ? error.code : 'audit-unavailable',
    `${name} still holds: ${why}`,
    { fix: isOurs ? error.fix : 'restart Waterwall, then disarm again', cause: error },
  );
}
