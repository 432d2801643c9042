import type { WebSocket } from 'ws';

/** Why a peer is not read from: the other one is slow, or a line is on its way to the disk. */
export type Hold = 'peer' | 'queue';

/** Lets a peer's messages in, or keeps them in its own hands. */
export interface Valve {
  hold(why: Hold): void;
  release(why: Hold): void;
  /** Lets everything in from now on: only the end is still waited for. */
  open(): void;
}

export function createValve(socket: WebSocket): Valve {
  const holds = new Set<Hold>();
  let done = false;
  return {
    hold(why) {
      if (done) return;
      if (holds.size === 0) socket.pause();
      holds.add(why);
    },
    release(why) {
      if (holds.delete(why) && holds.size === 0) socket.resume();
    },
    open() {
      done = true;
      if (holds.size > 0) socket.resume();
      holds.clear();
    },
  };
}
