import { FRAMEWORKS } from './frameworks.ts';
import type { LineType } from './types.ts';

/** What one session's lines add up to; the counts of its manifest. */
export interface SessionSum {
  readonly session?: string;
  readonly first: number;
  readonly last: number;
  /** `ts` of those lines. */
  readonly from: string;
  readonly to: string;
  readonly hosts: readonly string[];
  readonly requests: number;
  readonly redactions: number;
  readonly restored: number;
  readonly unknown_placeholders: number;
  readonly refusals: number;
  /** Redactions by type. */
  readonly types: Readonly<Record<string, number>>;
  readonly redactions_per_request: readonly RequestSum[];
  /** Requests that the list before leaves out. */
  readonly more?: number;
  readonly policy_hashes: readonly string[];
  readonly frameworks: readonly string[];
}

interface RequestSum {
  readonly request?: string;
  /** Its first line. */
  readonly seq: number;
  readonly redactions: number;
}

/** A line as far as sessions are concerned. */
export interface SessionLine {
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Adds up lines by their session. */
export interface SessionSums {
  /** Takes a line; gives its session. */
  add(line: SessionLine): ReturnType<typeof sessionOf>;
  /** What there is of a session since it was last taken; undefined where there is nothing. */
  sum(session: string | undefined): SessionSum | undefined;
  /** Forgets a session's lines. */
  drop(session: string | undefined): void;
  /** Whether there is anything of a session. */
  has(session: string | undefined): boolean;
  readonly size: number;
  /** The sessions with lines; undefined is that of the requests which named none. */
  readonly sessions: readonly (string | undefined)[];
}

/** Types of lines that belong to a session. */
const SESSION_TYPES: ReadonlySet<string> = new Set<LineType>([
  'redaction',
  'detokenization',
  'refusal',
]);

/** Requests that a manifest lists one by one. */
export const MAX_LISTED = 1_000;

/** A session while it is added up. */
interface Adding {
  first: SessionLine;
  last: SessionLine;
  readonly hosts: Set<string>;
  readonly types: Map<string, number>;
  readonly listed: { request?: string; seq: number; redactions: number }[];
  latest: string | undefined;
  requests: number;
  redactions: number;
  restored: number;
  unknown: number;
  refusals: number;
  readonly policies: Set<string>;
  readonly frameworks: Set<string>;
}

/** The session of a line: what requests named, or those that named none; undefined for other lines. */
export function sessionOf({
  type,
  members,
}: Pick<SessionLine, 'type' | 'members'>): { readonly name: string | undefined } | undefined {
  return SESSION_TYPES.has(type) ? { name: textOf(members['session']) } : undefined;
}

export function createSessionSums(): SessionSums {
  const adding = new Map<string | undefined, Adding>();
  return {
    add(line) {
      const session = sessionOf(line);
      if (session === undefined) return undefined;
      const sum = adding.get(session.name) ?? begin(line);
      adding.set(session.name, sum);
      take(sum, line);
      return session;
    },
    sum(session) {
      const sum = adding.get(session);
      return sum === undefined ? undefined : written(session, sum);
    },
    drop: (session) => void adding.delete(session),
    has: (session) => adding.has(session),
    get size() {
      return adding.size;
    },
    get sessions() {
      return [...adding.keys()];
    },
  };
}

function begin(line: SessionLine): Adding {
  return {
    first: line,
    last: line,
    hosts: new Set(),
    types: new Map(),
    listed: [],
    latest: undefined,
    requests: 0,
    redactions: 0,
    restored: 0,
    unknown: 0,
    refusals: 0,
    policies: new Set(),
    frameworks: new Set(),
  };
}

function take(sum: Adding, line: SessionLine): void {
  const { members, type } = line;
  sum.last = line;
  const host = textOf(members['host']);
  if (host !== undefined) sum.hosts.add(host);
  for (const tag of FRAMEWORKS[type as LineType] ?? []) sum.frameworks.add(tag);
  if (type === 'refusal') sum.refusals++;
  if (type === 'detokenization') {
    sum.restored += countOf(members['restored']);
    sum.unknown += countOf(members['unknown_placeholders']);
  }
  if (type !== 'redaction') return;
  const redactions = Array.isArray(members['redactions']) ? members['redactions'] : [];
  for (const each of redactions as { type?: unknown }[]) {
    const name = textOf(each?.type);
    if (name !== undefined) sum.types.set(name, (sum.types.get(name) ?? 0) + 1);
  }
  sum.redactions += redactions.length;
  const policy = textOf(members['policy_hash']);
  if (policy !== undefined) sum.policies.add(policy);
  addRequest(sum, line.seq, textOf(members['request']), redactions.length);
}

/** Many redactions of one request stand in several lines, one after the other. */
function addRequest(
  sum: Adding,
  seq: number,
  request: string | undefined,
  redactions: number,
): void {
  const isSame = request !== undefined && request === sum.latest;
  sum.latest = request;
  if (!isSame) {
    sum.requests++;
    if (sum.requests <= MAX_LISTED) {
      sum.listed.push({ ...(request === undefined ? {} : { request }), seq, redactions });
    }
  } else if (sum.requests <= MAX_LISTED) {
    const entry = sum.listed.at(-1);
    if (entry !== undefined) entry.redactions += redactions;
  }
}

function written(session: string | undefined, sum: Adding): SessionSum {
  const { first, last, requests } = sum;
  return {
    ...(session === undefined ? {} : { session }),
    first: first.seq,
    last: last.seq,
    from: first.ts,
    to: last.ts,
    hosts: [...sum.hosts].sort(),
    requests,
    redactions: sum.redactions,
    restored: sum.restored,
    unknown_placeholders: sum.unknown,
    refusals: sum.refusals,
    types: sortedCounts(sum.types),
    redactions_per_request: sum.listed.map((each) => ({ ...each })),
    ...(requests > MAX_LISTED ? { more: requests - MAX_LISTED } : {}),
    policy_hashes: [...sum.policies],
    frameworks: [...sum.frameworks].sort(),
  };
}

/** Counts as an object, its keys sorted. */
export function sortedCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) ? (value as number) : 0;
}
