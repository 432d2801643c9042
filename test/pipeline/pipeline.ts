import { createExactMatcher } from '../../lib/detect/exact.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { grammarOf } from '../../lib/providers/grammar.ts';
import type { ApiName } from '../../lib/providers/types.ts';
import { createKnownValues } from '../../lib/proxy/known-values.ts';
import { resolveWithin } from '../../lib/proxy/restore-answer.ts';
import { redactBody } from '../../lib/redact/body.ts';
import type { RedactedBody, RedactionContext } from '../../lib/redact/types.ts';
import { createEventRestorer } from '../../lib/restore/events.ts';
import { createRestorer } from '../../lib/restore/restorer.ts';
import type { RestoredPiece } from '../../lib/restore/types.ts';
import { createConversations } from '../../lib/vault/conversations.ts';
import { Secret } from '../../lib/vault/secret.ts';
import { createStore } from '../../lib/vault/store.ts';
import { createTokenizer } from '../../lib/vault/tokenizer.ts';
import { createVault, type Vault } from '../../lib/vault/vault.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
const LIMITS = { event: 1_000_000, body: 4_000_000 };

/** The placeholders of every pipeline are those of one session key. */
export const fingerprint = createTokenizer(Buffer.alloc(32, 7));

/** One conversation through both whole pipelines, but for sockets and the log. */
export interface Pipeline {
  readonly vault: Vault;
  readonly context: RedactionContext;
  /** What becomes of a request's body. */
  redact(body: Buffer | string, contentType?: string): RedactedBody;
  /** The same, as the provider gets it. */
  send(body: Buffer | string, contentType?: string): Buffer;
  /** What the client gets of an answer that comes in these chunks. */
  receive(chunks: readonly Uint8Array[], contentType: string): Buffer;
  /** What the client gets of the messages of a WebSocket. */
  receiveMessages(messages: readonly Buffer[]): Buffer[];
  /** The values that came back to the client so far, by their placeholders. */
  readonly returned: ReadonlyMap<string, Buffer>;
}

/** @param known - the operator's known secrets */
export function createPipeline(api: ApiName, known: readonly string[] = []): Pipeline {
  const exact = createExactMatcher();
  const store = createStore({ capacity: 10_000, bytes: 1e7, ttl: 1e9 });
  const now = (): number => 0;
  const values = createKnownValues({ exact, vault: () => vault, store, fingerprint, now });
  const vault: Vault = createVault({ fingerprint, store, always: values.always });
  values.setSecrets(
    known.map((value) => ({
      type: 'DB_PASSWORD',
      value: new Secret(Buffer.from(value)),
      source: 'test',
    })),
  );
  const conversation = createConversations({ capacity: 10, ttl: 1e9 }).begin(['h|session:s'], 0);
  const pin = store.pin();
  const grammar = grammarOf(api);
  const context = { scanner, exact, vault, grammar, pin, now: 0, privateKeySeen: false };
  const resolve = resolveWithin(conversation, vault, now);
  const returned = new Map<string, Buffer>();

  function note({ restored }: Pick<RestoredPiece, 'restored'>): void {
    for (const { hmac } of restored) {
      values.remember(hmac);
      const entry = vault.get(hmac, 0);
      if (entry !== undefined) returned.set(`<pl:${entry.type}:${hmac}>`, entry.value.reveal());
    }
  }

  const redact = (body: Buffer | string, contentType = 'application/json'): RedactedBody => {
    const { privateKeySeen } = conversation;
    const redacted = redactBody(Buffer.from(body), contentType, { ...context, privateKeySeen });
    conversation.add(pin.fingerprints);
    conversation.privateKeySeen ||= redacted.privateKeySeen;
    return redacted;
  };

  return {
    vault,
    context,
    returned,
    redact,
    send: (body, contentType) => Buffer.concat(redact(body, contentType).parts),
    receive(chunks, contentType) {
      const restorer = createRestorer({ contentType, grammar, resolve, limits: LIMITS });
      const pieces = [...chunks.flatMap((chunk) => restorer.push(chunk)), ...restorer.end()];
      for (const piece of pieces) note(piece);
      return Buffer.concat(pieces.map(({ bytes }) => bytes));
    },
    receiveMessages(messages) {
      const restorer = createEventRestorer(grammar, resolve);
      const got = messages.flatMap((message) => {
        const event = restorer.event(message);
        note(event);
        return [...event.before.map(({ payload }) => payload), event.payload];
      });
      return [...got, ...restorer.flush().map(({ payload }) => payload)].map((one) =>
        Buffer.from(one),
      );
    },
  };
}

/** Cuts bytes at places, taken modulo their length. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

/** Whole, byte by byte, or cut at the given places. */
export function cutSomehow(bytes: Buffer, cuts: 'whole' | 'bytes' | readonly number[]): Buffer[] {
  if (cuts === 'whole') return [bytes];
  if (cuts === 'bytes') return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  return cutAt(bytes, cuts);
}
