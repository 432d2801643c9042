import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { replaceFile } from '../config/atomic.ts';
import { isRefusal } from '../errors.ts';
import type { ConversationRecord } from '../vault/conversations.ts';
import { seal, unseal } from '../vault/seal.ts';
import type { Engine } from './engine.ts';

/** What goes over a restart, as JSON under the seal. */
interface Handover {
  readonly v: 1;
  readonly secrets: readonly { readonly type: string; readonly value: string }[];
  /** Fingerprints of values that are matched exactly. */
  readonly remembered: readonly string[];
  readonly conversations: readonly ConversationRecord[];
}

/** Writes the store and the conversations, sealed, for the process that comes next. */
export function writeHandover(
  file: string,
  sessionKey: Uint8Array,
  engine: Engine,
  now: number,
): void {
  const handover: Handover = {
    v: 1,
    secrets: [...engine.store.entries(now)].map(({ type, value }) => ({
      type,
      value: value.reveal().toString('base64'),
    })),
    remembered: engine.known.remembered(),
    conversations: engine.conversations.records(now),
  };
  replaceFile(file, seal(Buffer.from(JSON.stringify(handover)), sessionKey, randomBytes(12)));
}

/**
 * Takes over what the process before left, as far as the store has room for it. A file that is not
 * there, was sealed under another key or is of another version is no handover: placeholders come
 * out the same anyway, as the requests carry their secrets.
 *
 * @param once - the file is removed: it was meant for this start only
 */
export function readHandover(
  file: string,
  sessionKey: Uint8Array,
  engine: Engine,
  now: number,
  once: boolean,
): void {
  const plain = unseal(readIfThere(file), sessionKey);
  if (once) rmSync(file, { force: true, recursive: true });
  if (plain === undefined) return;
  const handover = JSON.parse(plain.toString('utf8')) as Handover;
  if (handover.v !== 1) return;
  const pin = engine.store.pin();
  try {
    for (const { type, value } of handover.secrets) {
      engine.vault.redact(type, Buffer.from(value, 'base64'), pin, now);
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  } finally {
    pin.release();
  }
  for (const fingerprint of handover.remembered) engine.known.remember(fingerprint);
  for (const record of handover.conversations) engine.conversations.take(record, now);
}

function readIfThere(file: string): Buffer {
  try {
    // Reading anything but a file might wait for ever.
    return lstatSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
