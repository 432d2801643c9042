import { createBoundedRows } from './bounded-rows.ts';
import { createRolling, type Rolling } from './rolling.ts';
import { countsOf, type TypeCount } from './type-counts.ts';

/** What happened in one conversation since it was first seen. */
export interface SessionRow {
  /** Null for requests that name no session; one row an agent. */
  readonly session: string | null;
  readonly agent: string | null;
  /** The host of its latest request. */
  readonly host: string;
  readonly in_flight: number;
  readonly requests: number;
  readonly answers: number;
  readonly redactions: number;
  readonly restored: number;
  readonly unknown_placeholders: number;
  readonly types: readonly TypeCount[];
  readonly first_ts: string;
  readonly last_ts: string;
  /** Requests in each five seconds of the last minute, oldest first. */
  readonly recent: readonly number[];
}

/** A row while it is being counted. */
export interface SessionCount {
  session: string | undefined;
  agent: string | undefined;
  host: string;
  inFlight: number;
  requests: number;
  answers: number;
  redactions: number;
  restored: number;
  unknown: number;
  readonly types: Map<string, number>;
  firstAt: number;
  lastAt: number;
  readonly recent: Rolling<{ requests: number }>;
}

/** What names a row. */
export interface SessionName {
  readonly session: string | undefined;
  readonly agent: string | undefined;
  readonly host: string;
}

const KEPT = 200;

export function createSessionRows() {
  const rows = createBoundedRows<SessionCount>(KEPT, () => ({
    session: undefined,
    agent: undefined,
    host: '',
    inFlight: 0,
    requests: 0,
    answers: 0,
    redactions: 0,
    restored: 0,
    unknown: 0,
    types: new Map(),
    firstAt: 0,
    lastAt: 0,
    recent: createRolling(12, 5000, () => ({ requests: 0 })),
  }));
  return {
    use(now: number, { session, agent, host }: SessionName): SessionCount {
      const row = rows.use(session === undefined ? `agent ${agent ?? ''}` : `session ${session}`);
      row.session = session;
      row.agent = agent ?? row.agent;
      row.host = host;
      row.firstAt ||= now;
      row.lastAt = now;
      return row;
    },
    list: (now: number): readonly SessionRow[] => rows.list().map((row) => sessionRow(row, now)),
  };
}

function sessionRow(row: SessionCount, now: number): SessionRow {
  return {
    session: row.session ?? null,
    agent: row.agent ?? null,
    host: row.host,
    in_flight: row.inFlight,
    requests: row.requests,
    answers: row.answers,
    redactions: row.redactions,
    restored: row.restored,
    unknown_placeholders: row.unknown,
    types: countsOf(row.types),
    first_ts: new Date(row.firstAt).toISOString(),
    last_ts: new Date(row.lastAt).toISOString(),
    recent: row.recent.window(now).map((slot) => slot?.requests ?? 0),
  };
}
