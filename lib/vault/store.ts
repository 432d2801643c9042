import { WaterwallError } from '../errors.ts';
import type { Fingerprint, MutablePin, PlaceholderStore, StoredSecret } from './types.ts';

/** What a store may hold, and for how long. */
export interface StoreLimits {
  /** Entries. */
  readonly capacity: number;
  /** Bytes of all secrets together. */
  readonly bytes: number;
  /** Milliseconds without use after which an entry is gone. */
  readonly ttl: number;
}

interface Entry {
  readonly stored: StoredSecret;
  usedAt: number;
  pins: number;
}

/**
 * A store with a sliding lifetime that evicts what was used least recently.
 *
 * Idle and pinned entries live in two maps, so that the first idle one is always the next to go:
 * a `Map` iterates in the order of insertion, and a use inserts anew.
 */
export function createStore(limits: StoreLimits): PlaceholderStore {
  const idle = new Map<string, Entry>();
  const pinned = new Map<string, Entry>();
  let bytes = 0;
  // Pins are released without a time; the latest one seen stands in, so that an entry's lifetime
  // begins when its exchange ends and not when it began.
  let latest = 0;

  function drop(entry: Entry): void {
    idle.delete(entry.stored.fingerprint);
    bytes -= entry.stored.value.length;
  }

  function touch(fingerprint: string, now: number): Entry | undefined {
    latest = Math.max(latest, now);
    const held = pinned.get(fingerprint);
    if (held !== undefined) {
      held.usedAt = latest;
      return held;
    }
    const entry = idle.get(fingerprint);
    if (entry === undefined) return undefined;
    if (isOver(entry, limits.ttl, latest)) {
      drop(entry);
      return undefined;
    }
    entry.usedAt = latest;
    idle.delete(fingerprint);
    idle.set(fingerprint, entry);
    return entry;
  }

  function makeRoom(needed: number): void {
    for (const entry of idle.values()) {
      const full = idle.size + pinned.size >= limits.capacity || bytes + needed > limits.bytes;
      if (!full && !isOver(entry, limits.ttl, latest)) return;
      drop(entry);
    }
    if (pinned.size >= limits.capacity || bytes + needed > limits.bytes) {
      throw new WaterwallError('store-full', 'the placeholder store is full of secrets in use', {
        fix: 'raise store.capacity or store.bytes in config.yaml, or wait until running requests end',
      });
    }
  }

  function hold(fingerprint: string): boolean {
    const held = pinned.get(fingerprint);
    if (held !== undefined) {
      held.pins++;
      return true;
    }
    const entry = idle.get(fingerprint);
    if (entry === undefined) return false;
    entry.pins = 1;
    idle.delete(fingerprint);
    pinned.set(fingerprint, entry);
    return true;
  }

  function letGo(fingerprint: string): void {
    const entry = pinned.get(fingerprint);
    if (entry === undefined || --entry.pins > 0) return;
    entry.usedAt = latest;
    pinned.delete(fingerprint);
    idle.set(fingerprint, entry);
  }

  return {
    capacity: limits.capacity,
    get size() {
      return idle.size + pinned.size;
    },
    get bytes() {
      return bytes;
    },
    pin: () => createPin(hold, letGo),
    put(fingerprint, type, value, pin, now) {
      const known = touch(fingerprint, now)?.stored;
      if (known !== undefined && !known.value.equals(value)) throw collision();
      if (known === undefined) {
        makeRoom(value.length);
        const stored: StoredSecret = { fingerprint, type, value };
        const entry = { stored, usedAt: latest, pins: 0 };
        bytes += value.length;
        // Where the pin takes it, as it does but when it was released, the entry never is idle.
        pinned.set(fingerprint, entry);
        pin.add(fingerprint);
        if (entry.pins === 0) {
          pinned.delete(fingerprint);
          idle.set(fingerprint, entry);
        }
        return stored;
      }
      pin.add(fingerprint);
      return known;
    },
    get: (fingerprint, now) => touch(fingerprint, now)?.stored,
    holds(stored) {
      const { fingerprint } = stored;
      return (pinned.get(fingerprint) ?? idle.get(fingerprint))?.stored === stored;
    },
    expire(now) {
      latest = Math.max(latest, now);
      for (const entry of idle.values()) {
        if (!isOver(entry, limits.ttl, latest)) return;
        drop(entry);
      }
    },
    *entries(now) {
      for (const entry of idle.values()) {
        if (!isOver(entry, limits.ttl, Math.max(latest, now))) yield entry.stored;
      }
      for (const entry of pinned.values()) yield entry.stored;
    },
  };
}

function isOver(entry: Entry, ttl: number, now: number): boolean {
  return now - entry.usedAt >= ttl;
}

let pinsMade = 0;

function createPin(hold: (f: string) => boolean, letGo: (f: string) => void): MutablePin {
  const fingerprints = new Set<Fingerprint>();
  /** Those of them that are known without the store, and need no holding. */
  const loose = new Set<Fingerprint>();
  let use = ++pinsMade;
  return {
    fingerprints,
    get use() {
      return use;
    },
    add(fingerprint) {
      if (Number.isNaN(use)) return;
      if (fingerprints.has(fingerprint) && !loose.has(fingerprint)) return;
      fingerprints.add(fingerprint);
      if (hold(fingerprint)) loose.delete(fingerprint);
      else loose.add(fingerprint);
    },
    release() {
      if (Number.isNaN(use)) return;
      use = Number.NaN;
      for (const fingerprint of fingerprints) if (!loose.has(fingerprint)) letGo(fingerprint);
    },
  };
}

/** Two different texts with one fingerprint: never mixed, see DESIGN §6. */
export function collision(): WaterwallError<'placeholder-collision'> {
  return new WaterwallError(
    'placeholder-collision',
    'two different secrets would get the same placeholder',
    { fix: 'rotate the session key: stop Waterwall, remove session.key, start it again' },
  );
}
