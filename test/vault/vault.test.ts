import { describe, expect, it } from 'vitest';
import { Secret } from '../../lib/vault/secret.ts';
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

  it('stores a text anew for a pin that was released when it was forgotten', () => {
    const { store, vault } = open();
    const pin = store.pin();
    const { fingerprint } = vault.redact('TYPE', text, pin, 0);
    vault.redact('TYPE', text, pin, 0);
    pin.release();
    for (let i = 0; i < 10; i++) {
      const other = store.pin();
      vault.redact('TYPE', Buffer.from(`another ${i}`), other, 0);
      other.release();
    }
    expect(vault.knows(fingerprint, 0)).toBe(false);
    vault.redact('TYPE', text, pin, 0);
    expect(vault.knows(fingerprint, 0)).toBe(true);
  });

  it('lets the lifetime of a text begin anew with every use, also under one pin', () => {
    const { store, vault } = open();
    const pin = store.pin();
    const { fingerprint } = vault.redact('TYPE', text, pin, 0);
    vault.redact('TYPE', text, pin, 90);
    pin.release();
    expect(vault.knows(fingerprint, 180)).toBe(true);
  });

  it('forgets a text whose lifetime is over, also where nobody asks for it again', () => {
    const tokenizer = createTokenizer(Buffer.alloc(32, 7));
    let hashed = 0;
    const store = createStore({ capacity: 10, bytes: 1000, ttl: 100 });
    const listed = {
      fingerprint: tokenizer(Buffer.from('a listed value')),
      type: 'LISTED',
      value: new Secret(Buffer.from('a listed value')),
    };
    const vault = createVault({
      store,
      fingerprint: (one) => {
        hashed++;
        return tokenizer(one);
      },
      always: (fingerprint) => (fingerprint === listed.fingerprint ? listed : undefined),
    });
    const redact = (one: Buffer, now: number): number => {
      const [pin, before] = [store.pin(), hashed];
      vault.redact('TYPE', one, pin, now);
      pin.release();
      return hashed - before;
    };
    expect([redact(text, 0), redact(listed.value.reveal(), 0)]).toEqual([1, 1]);
    vault.expire(99);
    expect([redact(text, 99), store.size]).toEqual([0, 1]);
    vault.expire(199);
    expect(store.size).toBe(0);
    // What it remembers of a text it need not hash.
    expect([redact(text, 199), redact(listed.value.reveal(), 199)]).toEqual([1, 0]);
  });

  it('tells texts apart however many there are', () => {
    const tokenizer = createTokenizer(Buffer.alloc(32, 7));
    const store = createStore({ capacity: 30_000, bytes: 1e7, ttl: 100 });
    const vault = createVault({ fingerprint: tokenizer, store });
    const texts = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`made-up ${i % 7} ${i}`));
    const pin = store.pin();
    for (const turn of [0, 1]) {
      for (const one of texts) {
        expect(vault.redact('TYPE', one, pin, turn).fingerprint).toBe(tokenizer(one));
      }
    }
  });

  it('takes a part of a text as a text of its own', () => {
    const { store, vault } = open();
    const part = Buffer.from(`key: ${text}!`);
    const made = vault.redactIn(part, 5, part.length - 1, 'TYPE', store.pin(), 0);
    expect(made).toEqual(vault.redact('TYPE', text, store.pin(), 0));
    part.fill(0);
    expect(vault.get(made.fingerprint, 0)?.value.reveal()).toEqual(text);
  });

  it('refuses two texts with one fingerprint', () => {
    const { store, vault } = open(() => '0000000000000000' as Fingerprint);
    vault.redact('TYPE', text, store.pin(), 0);
    expect(() => vault.redact('TYPE', Buffer.from('another one'), store.pin(), 0)).toThrow(
      expect.objectContaining({ code: 'placeholder-collision' }),
    );
  });
});
