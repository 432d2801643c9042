import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { leafHash } from '../../audit/leaf.ts';
import { buildLine } from '../../audit/line.ts';
import type { ChainHead } from '../../audit/types.ts';
import { PATTERNS } from '../../detect/patterns.ts';
import { createEngine } from '../engine.ts';
import type { ExchangeContext } from '../exchange-context.ts';
import { createLive } from '../live.ts';
import type { LoadedPolicy } from '../policy.ts';
import { createRoundTrips } from '../round-trips.ts';

/** Milliseconds after the start: what agents ask at once comes first. */
const DELAY = 3_000;
/** Milliseconds between two requests, so that an agent never waits for more than one. */
const PAUSE = 15;
/** Milliseconds until it is looked again whether an agent still waits, and how often. */
const LOOK_AGAIN = 500;
const MOST_LOOKS = 60;
/** So many requests make V8 compile most of what they run through. */
const ROUNDS = 30;
/** Characters of an event of the answer: less and more than a placeholder. */
const PIECES = [7, 90];
const SECRETS = 6;

/**
 * Sends requests that nobody made the whole way of one, within this process, so that V8 has compiled
 * it when an agent comes: of the first thirty secrets that came back in a stream each took 0.1 ms
 * longer than later ones, and the first one 3 ms (Node 20). They touch neither log nor state.
 *
 * @param isIdle - whether no agent waits: while one does, none is sent
 * @param signal - ends it: rejects with its reason
 * @returns how many of them were answered; a policy that refuses one gets no more, nor
 *   does a daemon that has work for long: that compiles the same
 */
export async function warmUp(
  policy: LoadedPolicy,
  now: () => number,
  isIdle: () => boolean,
  signal: AbortSignal,
): Promise<number> {
  await sleep(DELAY, undefined, { ref: false, signal });
  const context = contextFor(policy, now);
  const trips = PIECES.map((piece) => createRoundTrips(context, piece));
  let answered = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const trip of trips) {
      await sleep(PAUSE, undefined, { ref: false, signal });
      for (let looks = 0; !isIdle(); looks++) {
        if (looks === MOST_LOOKS) return answered;
        await sleep(LOOK_AGAIN, undefined, { ref: false, signal });
      }
      const { status } = await trip.ask(textWithSecrets());
      if (status !== 200) return answered;
      answered++;
    }
  }
  return answered;
}

/** The policy in force, with an engine of its own that knows no secret of anybody. */
function contextFor(policy: LoadedPolicy, now: () => number): ExchangeContext {
  const unknowing = { ...policy, known: { ...policy.known, entries: [] } };
  const { known, store, vault, exact, conversations } = createEngine(
    unknowing,
    randomBytes(32),
    now,
  );
  return {
    policy: () => policy,
    gate: async () => {},
    gateNow() {},
    remember: known.remember,
    store,
    vault,
    exact,
    conversations,
    audit: unwrittenLog(),
    live: createLive(() => () => {}),
    onFault() {},
    observer: { started() {}, sent() {}, ended() {} },
    now,
  };
}

/** Builds lines, and forgets them. */
function unwrittenLog(): ExchangeContext['audit'] {
  let head: ChainHead = { length: 0, hash: leafHash(Buffer.alloc(0)) };
  return {
    async append(type, fields) {
      const line = buildLine(head, new Date(), type, fields);
      head = { length: head.length + 1, hash: leafHash(line.subarray(0, -1)) };
      return head.length - 1;
    },
  };
}

function textWithSecrets(): string {
  const own = PATTERNS.filter(({ before, after }) => before === undefined && after === undefined);
  const lines = Array.from({ length: SECRETS }, () => {
    const pattern = own[Math.floor(Math.random() * own.length)];
    return `export ${pattern?.type}=${pattern?.example(Math.random)}; # and some words`;
  });
  return lines.join('\n');
}
