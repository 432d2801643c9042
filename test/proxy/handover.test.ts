import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createExactMatcher } from '../../lib/detect/exact.ts';
import type { Engine } from '../../lib/proxy/engine.ts';
import { readHandover, writeHandover } from '../../lib/proxy/handover.ts';
import { createKnownValues, type KnownValues } from '../../lib/proxy/known-values.ts';
import { createConversations } from '../../lib/vault/conversations.ts';
import { seal } from '../../lib/vault/seal.ts';
import { createStore } from '../../lib/vault/store.ts';
import { createTokenizer } from '../../lib/vault/tokenizer.ts';
import { createVault } from '../../lib/vault/vault.ts';

const folder = mkdtempSync(join(tmpdir(), 'waterwall-handover-'));
const file = join(folder, 'store.sealed');
afterEach(() => rmSync(file, { force: true, recursive: true }));

function createParts(key: Uint8Array, capacity = 100): Engine {
  const fingerprint = createTokenizer(key);
  const store = createStore({ capacity, bytes: 10_000, ttl: 1000 });
  const exact = createExactMatcher();
  const known: KnownValues = createKnownValues({
    exact,
    vault: () => vault,
    store,
    fingerprint,
    now: () => 0,
  });
  const vault = createVault({ fingerprint, store, always: known.always });
  return {
    fingerprint,
    store,
    vault,
    exact,
    known,
    conversations: createConversations({ capacity: 10, ttl: 1000 }),
  };
}

const key = randomBytes(32);
const value = Buffer.from('made-up-password with "quotes"');

function filledParts(): { parts: Engine; fingerprint: string } {
  const parts = createParts(key);
  const pin = parts.store.pin();
  const { fingerprint } = parts.vault.redact('DB_PASSWORD', value, pin, 0);
  pin.release();
  parts.known.remember(fingerprint);
  const conversation = parts.conversations.begin(['host|session:a'], 0);
  conversation.add([fingerprint]);
  conversation.link('host|response:resp_1');
  conversation.privateKeySeen = true;
  return { parts, fingerprint };
}

describe('handover', () => {
  it('brings secrets, exact values and conversations over a restart, and only once', () => {
    const { parts, fingerprint } = filledParts();
    writeHandover(file, key, parts, 0);
    const next = createParts(key);
    readHandover(file, key, next, 0, true);
    expect(next.vault.get(fingerprint, 0)?.type).toBe('DB_PASSWORD');
    expect(next.vault.get(fingerprint, 0)?.value.reveal()).toEqual(value);
    expect(next.exact.find(Buffer.concat([Buffer.from('x'), value]))).toHaveLength(1);
    const conversation = next.conversations.begin(['host|response:resp_1'], 0);
    expect(conversation.sent.has(fingerprint)).toBe(true);
    expect(conversation.privateKeySeen).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it('is private and holds no secret in the clear', () => {
    writeHandover(file, key, filledParts().parts, 0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    expect(bytes.includes('made-up')).toBe(false);
    expect(bytes.includes(value.toString('base64').slice(0, 12))).toBe(false);
  });

  it('takes nothing over that another key sealed, or that was changed', () => {
    writeHandover(file, key, filledParts().parts, 0);
    const foreign = createParts(randomBytes(32));
    readHandover(file, randomBytes(32), foreign, 0, false);
    expect(foreign.store.size).toBe(0);
    const bytes = readFileSync(file);
    bytes.writeUInt8((bytes[20] as number) ^ 1, 20);
    writeFileSync(file, bytes);
    const next = createParts(key);
    readHandover(file, key, next, 0, false);
    expect(next.store.size).toBe(0);
  });

  it('begins with nothing where there is no file', () => {
    const next = createParts(key);
    readHandover(file, key, next, 0, true);
    expect(next.store.size).toBe(0);
  });

  it('takes over what there is room for where the store has become smaller', () => {
    const parts = createParts(key);
    const pin = parts.store.pin();
    for (let i = 0; i < 20; i++) {
      parts.vault.redact('DB_PASSWORD', Buffer.from(`made-up-password-${i}`), pin, 0);
    }
    pin.release();
    writeHandover(file, key, parts, 0);
    const next = createParts(key, 5);
    readHandover(file, key, next, 0, true);
    expect(next.store.size).toBe(5);
  });

  it('takes nothing over of another version, and from what is no file', () => {
    const next = createParts(key);
    const later = { v: 2, secrets: { not: 'a list' } };
    writeFileSync(file, seal(Buffer.from(JSON.stringify(later)), key, randomBytes(12)));
    readHandover(file, key, next, 0, true);
    mkdirSync(file);
    writeFileSync(join(file, 'x'), '');
    readHandover(file, key, next, 0, true);
    expect(next.store.size).toBe(0);
    expect(existsSync(file)).toBe(false);
  });
});
