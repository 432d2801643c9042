import { applyEdits } from '../json/edit.ts';
import { waitingTail } from '../vault/forms.ts';
import type { Envelope } from './envelope.ts';
import { restoreRange, type Tally } from './range.ts';
import type { Resolve } from './types.ts';

/** Which channel a delta belongs to. */
export interface ChannelName {
  /** The delta's concrete path in its event. */
  readonly path: string;
  /** The event's type: two kinds of deltas of one item are two channels. */
  readonly type: string;
  /** Values of the fields that tell channels apart, by their name in the rule. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The tail of a channel that waits for what follows. */
interface Waiting {
  readonly name: ChannelName;
  /** Raw source, without the quotes. */
  readonly raw: Uint8Array;
  /** The event into which it goes if nothing follows. */
  readonly envelope: Envelope;
}

/** An event made of text that was held back. */
export interface ReleasedEvent {
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Says of a channel whether it ends. */
export type Ending = (name: ChannelName) => boolean;

/**
 * A stream has a handful of channels. One that opens more than this gets the further ones as they
 * come: what a placeholder cut in two costs there is that it stays.
 */
const MAX_WAITING = 256;

/** The same for events whose envelope is no small thing, in bytes. */
const MAX_ENVELOPE = 64 * 1024;

/** The channels of one stream in which something is held back. */
export class Channels {
  readonly #waiting = new Map<string, Waiting>();

  get idle(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Puts a delta behind what its channel holds back, and restores it.
   *
   * @param last - nothing follows in this channel: hold nothing back
   * @param envelope - makes the event for what is held back, if anything is
   * @returns the delta's new source, or `undefined` where it stays as it is
   */
  take(
    name: ChannelName,
    delta: Uint8Array,
    base: number,
    last: boolean,
    envelope: () => Envelope,
    resolve: Resolve,
    tally: Tally,
  ): Uint8Array | undefined {
    const id = idOf(name);
    const held = this.#waiting.get(id)?.raw;
    const raw = held === undefined ? delta : Buffer.concat([held, delta]);
    this.#waiting.delete(id);
    const full = this.#waiting.size >= MAX_WAITING;
    let cut = last || full ? raw.length : waitingTail(raw, 0);
    if (cut < raw.length) {
      const around = envelope();
      if (around.before.length + around.after.length > MAX_ENVELOPE) cut = raw.length;
      else {
        this.#waiting.set(id, { name, raw: Buffer.from(raw.subarray(cut)), envelope: around });
      }
    }
    const edits = restoreRange(raw, 0, cut, base, resolve, tally);
    if (held === undefined && cut === raw.length && edits.length === 0) return undefined;
    return applyEdits(raw, edits, 0, cut);
  }

  /** Gives up what is held back in channels that end, as events of their own. */
  release(ending: Ending): ReleasedEvent[] {
    const released: ReleasedEvent[] = [];
    for (const [id, { name, raw, envelope }] of this.#waiting) {
      if (!ending(name)) continue;
      this.#waiting.delete(id);
      const payload = Buffer.concat([envelope.before, raw, envelope.after]);
      released.push({ type: name.type, payload });
    }
    return released;
  }
}

function idOf({ path, type, keys }: ChannelName): string {
  return JSON.stringify([path, type, ...keys.values()]);
}
