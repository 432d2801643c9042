/** One source of the kill switch: held or not, since when, why, and the order of effect and record. */

/** The four sources; the switch is engaged while any of them holds. */
export const KILL_SOURCES = ['config', 'sigusr1', 'sentinel', 'http'] as const;

export type KillSourceName = (typeof KILL_SOURCES)[number];

/** What the audit log is told. */
export interface KillSwitchEvent {
  readonly action: 'arm' | 'disarm';
  readonly source: KillSourceName;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Why a source holds, and how it is cleared. */
export interface Hold {
  readonly reason: string;
  /** The command or edit that clears it. */
  readonly clear: string;
}

/** A {@link Hold} with the time since which the source holds without a gap. */
export interface DatedHold extends Hold {
  readonly since: string;
}

/** One source's state. */
export interface KillSource {
  readonly name: KillSourceName;
  readonly held: DatedHold | undefined;
  /** The release under way. */
  readonly releasing: Promise<void> | undefined;
  /** Takes effect before it returns; the audit line follows. */
  engage(hold: Hold): void;
  /**
   * Lets go once the audit line is durable. An {@link engage} meanwhile wins.
   *
   * @throws what recording or `commit` threw; the source then still holds
   */
  release(reason: string): Promise<void>;
}

/** What a source needs of its surroundings. */
export interface KillSourceDeps {
  now(): number;
  /** Settles when the line is durable. */
  record(event: KillSwitchEvent): Promise<void>;
  /** An engaging line could not be written: the source holds all the same. */
  onFault(error: unknown): void;
  /** `held` has changed. */
  onChange(): void;
  /** The last step before a release takes effect, e.g. making it durable. May throw. */
  commit?(): void;
}

/**
 * Creates a source.
 *
 * @param initial - a hold that outlived a restart; its line was written when it began
 */
export function createKillSource(
  name: KillSourceName,
  deps: KillSourceDeps,
  initial?: DatedHold,
): KillSource {
  let held = initial;
  let releasing: Promise<void> | undefined;
  /** Counts engagements, so that a release that waits for its line notices a later one. */
  let generation = 0;

  const runRelease = async (reason: string): Promise<void> => {
    const before = generation;
    await deps.record({ action: 'disarm', source: name, reason, at: iso(deps.now()) });
    if (generation !== before) return;
    deps.commit?.();
    held = undefined;
    deps.onChange();
  };

  return {
    name,
    get held() {
      return held;
    },
    get releasing() {
      return releasing;
    },
    engage(hold) {
      const same = held?.reason === hold.reason && held.clear === hold.clear;
      if (same && releasing === undefined) return;
      generation++;
      // A release that this overtakes finds the generation changed and does nothing.
      releasing = undefined;
      const at = iso(deps.now());
      held = Object.freeze({ since: held?.since ?? at, reason: hold.reason, clear: hold.clear });
      deps.onChange();
      deps.record({ action: 'arm', source: name, reason: hold.reason, at }).catch(deps.onFault);
    },
    release(reason) {
      if (held === undefined) return Promise.resolve();
      if (releasing !== undefined) return releasing;
      const running = runRelease(reason).finally(() => {
        if (releasing === running) releasing = undefined;
      });
      releasing = running;
      return running;
    },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
