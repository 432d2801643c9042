import { HIGH_WATER } from './sink.ts';
import type { Valve } from './valve.ts';

interface Entry {
  readonly messages: readonly Uint8Array[];
  readonly bytes: number;
  readonly then: () => void;
  ready: boolean;
}

/** Delivers messages in order; what waits for its audit line holds up what comes after it. */
export interface Delivery {
  /**
   * @param recorded - settles when the messages may leave
   * @param then - called when they have left
   */
  add(messages: readonly Uint8Array[], recorded?: Promise<void>, then?: () => void): void;
  /** Drops what waits. */
  stop(): void;
}

/**
 * The lines of all that waits are written together: nobody waits here for more than its own sync.
 *
 * @param valve - of the peer that the messages come from
 * @param onFault - a line could not be written
 */
export function createDelivery(
  send: (message: Uint8Array) => void,
  valve: Valve,
  onFault: (error: unknown) => void,
): Delivery {
  const queue: Entry[] = [];
  let waiting = 0;
  let stopped = false;

  const leave = ({ messages, then }: Pick<Entry, 'messages' | 'then'>): void => {
    for (const message of messages) send(message);
    then();
  };
  const pump = (): void => {
    while (!stopped && queue[0]?.ready === true) {
      const entry = queue.shift() as Entry;
      waiting -= entry.bytes;
      leave(entry);
    }
    if (waiting <= HIGH_WATER) valve.release('queue');
  };
  return {
    add(messages, recorded, then = () => {}) {
      // Whoever stopped knows why already.
      if (stopped) return void recorded?.catch(() => {});
      if (queue.length === 0 && recorded === undefined) return leave({ messages, then });
      const bytes = messages.reduce((sum, message) => sum + message.length, 0);
      const entry: Entry = { messages, bytes, then, ready: recorded === undefined };
      queue.push(entry);
      waiting += bytes;
      if (waiting > HIGH_WATER) valve.hold('queue');
      recorded?.then(() => {
        entry.ready = true;
        pump();
      }, onFault);
    },
    stop() {
      stopped = true;
      queue.length = 0;
    },
  };
}
