import { describe, expect, it } from 'vitest';
import { createStore } from '../../lib/vault/store.ts';
import { createTokenizer } from '../../lib/vault/tokenizer.ts';
import type { Fingerprint } from '../../lib/vault/types.ts';
import { createVault } from '../../lib/vault/vault.ts';

const text = Buffer.from('a made-up secret');

function open(fingerprint = createTokenizer(Buffer.alloc(32, 7))) {
  const store = createStore({ capacity: 10, bytes: 1000, ttl: 100 });
  return { store, vault: createVault({ fingerprint, store }) };
}

describe('createVault', () => {
  it('gives a text one placeholder, under the type it was first met with', () => {
    const { store, vault } = open();
    const first = vault.redact('FIRST', text, store.pin(), 0);
    const again = vault.redact('SECOND', Buffer.from(text), store.pin(), 1);
    expect(first.placeholder).toBe(`<pl:FIRST:${first.fingerprint}>`);
    expect(again).toEqual(first);
  });

  it('gives a text the same fingerprint after it was forgotten', () => {
    const { store, vault } = open();
    const pin = store.pin();
    const first = vault.redact('TYPE', text, pin, 0);
    pin.release();
    expect(vault.knows(first.fingerprint, 1000)).toBe(false);
    expect(vault.redact('TYPE', text, store.pin(), 1000)).toEqual(first);
    expect(vault.get(first.fingerprint, 1000)?.value.reveal()).toEqual(text);
  });

  it('pins what it replaces, also what it knew before', () => {
    const { store, vault } = open();
    const [first, second] = [store.pin(), store.pin()];
    const { fingerprint } = vault.redact('TYPE', text, first, 0);
    vault.redact('TYPE', text, second, 0);
    expect([...second.fingerprints]).toEqual([fingerprint]);
  });

  it('refuses two texts with one fingerprint', () => {
    const { store, vault } = open(() => '0000000000000000' as Fingerprint);
    vault.redact('TYPE', text, store.pin(), 0);
    expect(() => vault.redact('TYPE', Buffer.from('another one'), store.pin(), 0)).toThrow(
      expect.objectContaining({ code: 'placeholder-collision' }),
    );
  });
});
