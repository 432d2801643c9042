import type { WebSocket } from 'ws';
import type { Valve } from './valve.ts';

/** Bytes that may wait for a peer before the other one is held back. */
export const HIGH_WATER = 1024 * 1024;
const LOW_WATER = HIGH_WATER / 4;

/** Sends to one peer. */
export interface Sink {
  text(bytes: Uint8Array): void;
  /** Control frames are answered even by a peer that reads nothing else: they count too. */
  ping(): void;
  pong(payload: Buffer): void;
}

/**
 * @param compress - whether messages are compressed, where that was negotiated
 * @param valve - of the other peer
 */
export function createSink(to: WebSocket, compress: boolean, valve: Valve): Sink {
  const sent = (): void => {
    if (to.bufferedAmount <= LOW_WATER) valve.release('peer');
  };
  const check = (): void => {
    if (to.bufferedAmount > HIGH_WATER) valve.hold('peer');
  };
  return {
    text(bytes) {
      to.send(bytes, { binary: false, compress }, sent);
      check();
    },
    ping() {
      to.ping(undefined, undefined, sent);
      check();
    },
    pong(payload) {
      to.pong(payload, undefined, sent);
      check();
    },
  };
}
