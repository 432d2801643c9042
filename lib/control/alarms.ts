/** What an operator must be told, and for how long after it last happened (milliseconds). */
const LASTS = {
  'killswitch-engaged': Number.POSITIVE_INFINITY,
  'audit-unavailable': Number.POSITIVE_INFINITY,
  'signer-silent': Number.POSITIVE_INFINITY,
  'chain-broken': Number.POSITIVE_INFINITY,
  'not-anchored': Number.POSITIVE_INFINITY,
  'config-error': Number.POSITIVE_INFINITY,
  'reload-refused': Number.POSITIVE_INFINITY,
  'types-disabled': Number.POSITIVE_INFINITY,
  'restart-needed': Number.POSITIVE_INFINITY,
  'metrics-unavailable': Number.POSITIVE_INFINITY,
  'unknown-placeholder': 3_600_000,
  'policy-loosened': 24 * 3_600_000,
} as const;

export type AlarmCode = keyof typeof LASTS;

/** All of them, for what documents them. */
export const ALARM_CODES = Object.keys(LASTS) as readonly AlarmCode[];

/** A standing alarm. */
export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
  readonly since: string;
  readonly last: string;
  /** How often it was raised since `since`. */
  readonly count: number;
}

/** Standing alarms, one a code. */
export interface Alarms {
  raise(now: number, code: AlarmCode, message: string): void;
  /** The cause is gone. */
  clear(code: AlarmCode): void;
  /** Latest first. */
  list(now: number): readonly Alarm[];
}

export function createAlarms(): Alarms {
  const standing = new Map<AlarmCode, Alarm>();
  const isOver = (now: number, alarm: Alarm): boolean =>
    now - Date.parse(alarm.last) > LASTS[alarm.code];
  return {
    raise(now, code, message) {
      const known = standing.get(code);
      const before = known === undefined || isOver(now, known) ? undefined : known;
      const last = new Date(now).toISOString();
      const count = (before?.count ?? 0) + 1;
      standing.set(code, { code, message, since: before?.since ?? last, last, count });
    },
    clear(code) {
      standing.delete(code);
    },
    list(now) {
      return [...standing.values()]
        .filter((alarm) => !isOver(now, alarm))
        .sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0));
    },
  };
}
