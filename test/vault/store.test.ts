import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../lib/vault/secret.ts';
import { createStore } from '../../lib/vault/store.ts';
import type { Fingerprint, PlaceholderStore } from '../../lib/vault/types.ts';

const id = (n: number): Fingerprint => n.toString(16).padStart(16, '0') as Fingerprint;
const secret = (n: number): Secret => new Secret(Buffer.from(`value-${n}`.padEnd(10, '.')));

function idle(store: PlaceholderStore, n: number, now: number): void {
  const pin = store.pin();
  store.put(id(n), 'T', secret(n), pin, now);
  pin.release();
}

const limits = { capacity: 3, bytes: 1000, ttl: 100 };

describe('createStore', () => {
  it('evicts the entry that was used least recently', () => {
    const store = createStore(limits);
    for (const n of [1, 2, 3]) idle(store, n, 0);
    store.get(id(1), 1);
    idle(store, 4, 2);
    expect([1, 2, 3, 4].map((n) => store.get(id(n), 3) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('lets the lifetime begin anew with each use', () => {
    const store = createStore(limits);
    idle(store, 1, 0);
    expect(store.get(id(1), 99)).toBeDefined();
    expect(store.get(id(1), 198)).toBeDefined();
    expect(store.get(id(1), 298)).toBeUndefined();
    expect(store.size).toBe(0);
    expect(store.bytes).toBe(0);
  });

  it('drops what nobody used in time without being asked for it', () => {
    const store = createStore(limits);
    const pin = store.pin();
    const held = store.put(id(1), 'T', secret(1), pin, 0);
    idle(store, 2, 0);
    idle(store, 3, 50);
    store.expire(99);
    expect(store.size).toBe(3);
    store.expire(100);
    expect([...store.entries(100)].map(({ fingerprint }) => fingerprint)).toEqual([id(3), id(1)]);
    expect(store.bytes).toBe(20);
    expect(store.holds(held)).toBe(true);
    pin.release();
    store.expire(200);
    expect([store.size, store.bytes, store.holds(held)]).toEqual([0, 0, false]);
  });

  it('never evicts what a running exchange holds, and says when nothing else is left', () => {
    const store = createStore(limits);
    const pin = store.pin();
    for (const n of [1, 2, 3]) store.put(id(n), 'T', secret(n), pin, 0);
    expect(() => idle(store, 4, 5000)).toThrow(expect.objectContaining({ code: 'store-full' }));
    pin.release();
    idle(store, 4, 5000);
    expect(store.get(id(1), 5000)).toBeUndefined();
    expect(store.get(id(3), 5000)).toBeDefined();
  });

  it('counts the lifetime of a pinned entry from the end of its exchange', () => {
    const store = createStore(limits);
    const pin = store.pin();
    store.put(id(1), 'T', secret(1), pin, 0);
    idle(store, 2, 500);
    pin.release();
    expect(store.get(id(1), 599)).toBeDefined();
  });

  it('keeps an entry pinned until the last of its exchanges ends', () => {
    const store = createStore({ ...limits, capacity: 1 });
    const [first, second] = [store.pin(), store.pin()];
    store.put(id(1), 'T', secret(1), first, 0);
    second.add(id(1));
    first.release();
    first.release();
    expect(() => idle(store, 2, 1)).toThrow(expect.objectContaining({ code: 'store-full' }));
    second.release();
    idle(store, 2, 1);
  });

  it('holds no more bytes than allowed', () => {
    const store = createStore({ ...limits, bytes: 25 });
    for (const n of [1, 2, 3]) idle(store, n, 0);
    expect(store.bytes).toBe(20);
    expect(store.get(id(1), 1)).toBeUndefined();
    const huge = new Secret(Buffer.alloc(26));
    expect(() => store.put(id(9), 'T', huge, store.pin(), 1)).toThrow(
      expect.objectContaining({ code: 'store-full' }),
    );
  });

  it('refuses a second text under one fingerprint', () => {
    const store = createStore(limits);
    idle(store, 1, 0);
    expect(() => store.put(id(1), 'T', secret(2), store.pin(), 0)).toThrow(
      expect.objectContaining({ code: 'placeholder-collision' }),
    );
  });

  it('lists entries, the least recently used first, without the expired ones', () => {
    const store = createStore(limits);
    idle(store, 1, 0);
    idle(store, 2, 60);
    idle(store, 3, 60);
    store.get(id(2), 70);
    expect([...store.entries(100)].map((entry) => entry.fingerprint)).toEqual([id(3), id(2)]);
  });

  it('keeps its books right whatever happens', () => {
    const step = fc.record({
      n: fc.nat(6),
      hold: fc.boolean(),
      wait: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = createStore({ capacity: 4, bytes: 35, ttl: 100 });
        let now = 0;
        for (const { n, hold, wait } of steps) {
          now += wait;
          const pin = store.pin();
          try {
            store.put(id(n), 'T', secret(n), pin, now);
          } catch (error) {
            expect(error).toMatchObject({ code: 'store-full' });
          }
          if (!hold) pin.release();
          expect(store.size).toBeLessThanOrEqual(4);
          expect(store.bytes).toBe(store.size * 10);
        }
      }),
    );
  });
});
