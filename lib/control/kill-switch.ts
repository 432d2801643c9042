import type { ConfigVerdict } from './config-source.ts';
import {
  createKillSource,
  type Hold,
  type KillSource,
  type KillSourceDeps,
  type KillSwitchEvent,
} from './kill-source.ts';
import { composeState, type KillSwitchState } from './kill-switch-state.ts';
import { createLatchedSources } from './latched-sources.ts';
import type { LatchName } from './latches.ts';
import { watchSentinel } from './sentinel.ts';

export { type ActiveSource, type KillSwitchState, killSwitchRefusal } from './kill-switch-state.ts';

/** What the switch needs of the world. */
export interface KillSwitchDeps {
  /** Must exist; DESIGN §3 `run`. */
  readonly runFolder: string;
  /** `killswitch.json` in the log folder. */
  readonly latchFile: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Appends the audit line; settles when it is durable. May be called from creation on: a log that
   * is not open yet lets it wait.
   */
  record(event: KillSwitchEvent): Promise<void>;
  /** Something failed that could not hinder engaging: an audit line, the latch file, a listener. */
  onFault(error: unknown): void;
}

export type StateListener = (state: KillSwitchState) => void;

/** The kill switch; DESIGN §9. */
export interface KillSwitch {
  /** Looks (two stat calls) and tells. Engages by itself what it finds. */
  check(): KillSwitchState;
  /**
   * Like {@link check}, but where a source has gone and only its audit line is still on its way to
   * the disk, waits for it. For gates: so the request right after `rm run/kill` passes.
   */
  settle(): Promise<KillSwitchState>;
  /** What the last look at `config.yaml` found. */
  setConfig(verdict: ConfigVerdict): void;
  /** Latches a source. Effective and, unless the disk fails, durable when it returns. */
  arm(source: LatchName, reason: string): KillSwitchState;
  /**
   * Unlatches a source, after its audit line.
   *
   * @returns the state after it, in which other sources may still hold
   * @throws WaterwallError `audit-unavailable` or `io-error`; the source then still holds
   */
  disarm(source: LatchName, reason?: string): Promise<KillSwitchState>;
  /** What SIGUSR1 does: each call toggles that source. Failures go to `onFault`. */
  toggleSignal(): void;
  /** Calls back, at once, whenever the switch as a whole goes from clear to engaged. */
  onEngage(listener: StateListener): () => void;
  /** Calls back on every change of any source. */
  onChange(listener: StateListener): () => void;
  /**
   * Something is under way: from now until the returned function is called (again is harmless) the
   * switch looks every 100 ms by itself.
   */
  enter(): () => void;
  close(): void;
}

/** How often the switch looks while anything is under way; DESIGN §9. */
const LOOK_EVERY = 100;

/** How long after a failed write (audit line, latch file) it is tried again. */
const RETRY_AFTER = 5000;

/** Creates the switch. What the latch file holds engages it at once. */
export function createKillSwitch(deps: KillSwitchDeps): KillSwitch {
  const engageListeners = new Set<StateListener>();
  const changeListeners = new Set<StateListener>();
  let state: KillSwitchState = composeState([]);
  let configHold: Hold | undefined;
  let releaseFailedAt: number | undefined;
  let saveFailedAt: number | undefined;
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  /** Filled below: a source may change while the others are being created. */
  const all: KillSource[] = [];

  const onChange = (): void => {
    const wasActive = state.active;
    state = composeState(all);
    if (state.active && !wasActive) notify(engageListeners, state, deps.onFault);
    notify(changeListeners, state, deps.onFault);
  };
  const surroundings: KillSourceDeps = {
    now: deps.now,
    // Async, so that a recorder that throws at once cannot hinder engaging.
    record: async (event) => deps.record(event),
    onFault: deps.onFault,
    onChange,
  };
  const sentinelLook = watchSentinel(deps.runFolder);
  const config = createKillSource('config', surroundings);
  const sentinel = createKillSource('sentinel', surroundings);
  const latched = createLatchedSources({ ...deps, ...surroundings });
  all.push(config, latched.sigusr1, sentinel, latched.http);
  state = composeState(all);

  // The distance either way: a clock that was set back must not put the next try off for long.
  const isDue = (failedAt: number | undefined): boolean =>
    failedAt === undefined || Math.abs(deps.now() - failedAt) >= RETRY_AFTER;

  /** Brings a source that follows the outside world to what was seen of it. */
  const follow = (source: KillSource, seen: Hold | undefined, whyGone: string): void => {
    if (seen !== undefined) {
      source.engage(seen);
      return;
    }
    if (source.held === undefined || source.releasing !== undefined) return;
    if (!isDue(releaseFailedAt)) return;
    source.release(whyGone).then(
      () => {
        releaseFailedAt = undefined;
      },
      (error: unknown) => {
        releaseFailedAt = deps.now();
        deps.onFault(error);
      },
    );
  };
  const save = (): void => {
    latched.save();
    saveFailedAt = latched.unsaved ? deps.now() : undefined;
  };
  const check = (): KillSwitchState => {
    follow(config, configHold, 'the configuration no longer engages it');
    follow(sentinel, sentinelLook.look(), 'the sentinel is gone');
    if (latched.unsaved && isDue(saveFailedAt)) save();
    return state;
  };

  const settle = async (): Promise<KillSwitchState> => {
    check();
    const releases = all.map((source) => source.releasing);
    if (releases.some((release) => release !== undefined)) await Promise.allSettled(releases);
    return check();
  };

  return {
    check,
    settle,
    setConfig(verdict) {
      configHold = verdict.engaged ? verdict : undefined;
      check();
    },
    arm(source, reason) {
      latched.arm(source, reason);
      if (latched.unsaved) saveFailedAt = deps.now();
      return check();
    },
    async disarm(source, reason = 'disarmed') {
      await latched.disarm(source, reason);
      return settle();
    },
    toggleSignal: latched.toggleSignal,
    onEngage: (listener) => subscribe(engageListeners, listener),
    onChange: (listener) => subscribe(changeListeners, listener),
    enter() {
      underWay++;
      timer ??= setInterval(check, LOOK_EVERY).unref();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        if (--underWay > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    close() {
      clearInterval(timer);
      timer = undefined;
      sentinelLook.close();
    },
  };
}

function notify(
  listeners: ReadonlySet<StateListener>,
  state: KillSwitchState,
  onFault: (error: unknown) => void,
): void {
  for (const listener of [...listeners]) {
    try {
      listener(state);
    } catch (error) {
      onFault(error);
    }
  }
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => {
    set.delete(listener);
  };
}
