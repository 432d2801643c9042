import type { TypeCount } from './type-counts.ts';

/** Something that happened, as the dashboard lists it. Never a value. */
export interface Activity {
  /** Numbers the activities of this process without a gap. */
  readonly seq: number;
  readonly ts: string;
  /**
   * `out`: a request has left; `in`: its answer is delivered; `refused`; `failed`: broken off;
   * `tunnel`: closed; `notice`: kill switch, policy and the like.
   */
  readonly kind: 'out' | 'in' | 'refused' | 'failed' | 'tunnel' | 'notice';
  readonly host?: string;
  readonly session?: string;
  readonly agent?: string;
  readonly request?: string;
  readonly method?: string;
  /** Without its query. */
  readonly path?: string;
  readonly status?: number;
  /** Redacted spans (`out`) or restored placeholders (`in`). */
  readonly count?: number;
  readonly types?: readonly TypeCount[];
  /** Which placeholders went out, by type and fingerprint; the first {@link MOST_PLACEHOLDERS}. */
  readonly placeholders?: readonly PlaceholderCount[];
  readonly unknown?: number;
  /** What Waterwall added to the request (`out`); `redact_ms` of it to find and replace. */
  readonly latency_ms?: number;
  readonly redact_ms?: number;
  /** From the request sent to the head of its answer, and the whole exchange (`in`). */
  readonly answer_ms?: number;
  readonly total_ms?: number;
  /** The audit line that tells of it. */
  readonly line?: number;
  readonly code?: string;
  readonly bytes?: number;
  readonly text?: string;
}

/** How often one placeholder stood in a request. */
export interface PlaceholderCount {
  readonly type: string;
  readonly hmac: string;
  readonly count: number;
}

/** Kept for the details of one activity; 500 activities of a thousand placeholders would be megabytes. */
export const MOST_PLACEHOLDERS = 12;

export type NewActivity = Omit<Activity, 'seq' | 'ts'>;

/** The last activities. */
export interface Activities {
  add(now: number, activity: NewActivity): void;
  /** Oldest first. */
  list(): readonly Activity[];
  /** Calls back for each from now on; returns the call that ends it. */
  subscribe(listener: (activity: Activity) => void): () => void;
}

/** DESIGN §11. */
const KEPT = 500;

export function createActivities(): Activities {
  const ring: Activity[] = [];
  const listeners = new Set<(activity: Activity) => void>();
  let seq = 0;
  return {
    add(now, activity) {
      const entry: Activity = { seq, ts: new Date(now).toISOString(), ...activity };
      ring[seq++ % KEPT] = entry;
      for (const listener of [...listeners]) listener(entry);
    },
    list() {
      const start = seq <= KEPT ? 0 : seq % KEPT;
      return [...ring.slice(start), ...ring.slice(0, start)];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
