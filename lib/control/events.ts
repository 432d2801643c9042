import type { ServerResponse } from 'node:http';
import type { Activity } from './activities.ts';
import { adminError, type Reply } from './admin-protocol.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

/** What the stream of events is made of. */
export interface EventsDeps {
  /** What `/admin/state` answers, as it is now. */
  state(): object;
  onActivity(listener: (activity: Activity) => void): () => void;
  /** Calls back when something of the state may have changed. */
  onChange(listener: () => void): () => void;
  readonly pace?: EventsPace;
}

/** Milliseconds. */
export interface EventsPace {
  /** Between two messages. */
  readonly every: number;
  /** Between two looks at what changes by itself: a window that slides on, a store that empties. */
  readonly look: number;
  /** Between two comments, by which a client sees that the daemon lives. */
  readonly heartbeat: number;
  /** How long a message may wait to be read before the client is dropped. */
  readonly patience: number;
  /** Clients at once; not a time. */
  readonly subscribers: number;
}

const PACE: EventsPace = {
  every: 250,
  look: 1000,
  heartbeat: 1000,
  patience: 10_000,
  subscribers: 16,
};

/** `GET /admin/events`; DESIGN §11. */
export interface Events {
  open(): Reply;
  /** Ends every stream. */
  close(): void;
}

/**
 * Events in the format of server-sent events. `state` is a whole snapshot: at the beginning, and
 * where a slow client has missed something. `change` has the members of the state that differ from
 * what was sent last, each whole. `activity` is one activity; snapshots hold those before it.
 */
export function createEvents(deps: EventsDeps): Events {
  const pace = deps.pace ?? PACE;
  const subscribers = new Set<Subscriber>();
  const look = deps.state as () => Members;
  const fresh: Activity[] = [];
  let sent = new Map<string, string>();
  let sentAt = Number.NEGATIVE_INFINITY;
  let due: NodeJS.Timeout | undefined;
  let running: (() => void) | undefined;
  let closed = false;

  const flush = (): void => {
    due = undefined;
    sentAt = performance.now();
    const state = look();
    const members = membersOf(state);
    const message = changeMessage(state, sent, members) + fresh.map(activityMessage).join('');
    sent = members;
    fresh.length = 0;
    if (message !== '') for (const each of subscribers) each.send(message);
    const late = [...subscribers].filter(({ stale }) => stale);
    if (late.length === 0) return;
    const snapshot = snapshotMessage(state);
    for (const each of late) each.refresh(snapshot);
  };
  const flushSoon = (): void => {
    if (running === undefined) return;
    due ??= setTimeout(flush, Math.max(0, sentAt + pace.every - performance.now())).unref();
  };
  const run = (): (() => void) => {
    const stops = [
      deps.onActivity((activity) => {
        fresh.push(activity);
        // Who has missed more than the ring holds gets a snapshot of what it holds.
        if (fresh.length > KEPT) fresh.shift();
        flushSoon();
      }),
      deps.onChange(flushSoon),
    ];
    const looking = setInterval(flushSoon, pace.look).unref();
    const heartbeat = setInterval(() => {
      for (const each of subscribers) if (!each.stale) each.send(': alive\n\n');
    }, pace.heartbeat).unref();
    sent = membersOf(look());
    return () => {
      for (const stop of stops) stop();
      clearInterval(looking);
      clearInterval(heartbeat);
      clearTimeout(due);
      due = undefined;
      fresh.length = 0;
    };
  };
  const stream = (response: ServerResponse): void => {
    // What the others have not been told yet is in the snapshot that this one begins with.
    if (running !== undefined && (due !== undefined || fresh.length > 0)) {
      clearTimeout(due);
      flush();
    }
    running ??= run();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    const subscriber = createSubscriber(response, pace, flushSoon, () => {
      subscribers.delete(subscriber);
      if (subscribers.size > 0) return;
      running?.();
      running = undefined;
    });
    subscribers.add(subscriber);
    subscriber.refresh(`retry: 1000\n\n${snapshotMessage(look())}`);
  };

  return {
    open() {
      if (closed) return adminError(503, 'stopping', 'Waterwall is stopping');
      if (subscribers.size >= pace.subscribers) {
        return adminError(503, 'too-many', `${pace.subscribers} clients follow already`);
      }
      return { stream };
    },
    close() {
      closed = true;
      for (const each of subscribers) each.end();
    },
  };
}

const KEPT = 500;

/** The state, as far as this file knows it. */
type Members = Readonly<Record<string, unknown>>;

/** These differ always and tell nothing; they come with whatever else has changed. */
const CLOCKS: ReadonlySet<string> = new Set(['ts', 'uptime_seconds']);

/** What changes are looked for in, serialised; activities have events of their own. */
function membersOf(state: Members): Map<string, string> {
  return new Map(
    Object.entries(state)
      .filter(([key, value]) => !CLOCKS.has(key) && key !== 'activities' && value !== undefined)
      .map(([key, value]) => [key, JSON.stringify(value)]),
  );
}

function changeMessage(
  state: Members,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string {
  const changed = [...after].filter(([key, json]) => before.get(key) !== json);
  if (changed.length === 0) return '';
  const clocks = [...CLOCKS]
    .filter((key) => state[key] !== undefined)
    .map((key) => [key, JSON.stringify(state[key])]);
  const members = [...clocks, ...changed].map(([key, json]) => `${JSON.stringify(key)}:${json}`);
  return `event: change\ndata: {${members.join(',')}}\n\n`;
}

function snapshotMessage(state: Members): string {
  return `event: state\ndata: ${JSON.stringify(state)}\n\n`;
}

function activityMessage(activity: Activity): string {
  return `event: activity\ndata: ${JSON.stringify(activity)}\n\n`;
}
