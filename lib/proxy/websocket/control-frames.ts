import type { WebSocket } from 'ws';
import type { Sink } from './sink.ts';

/** A peer that is not answered by the other one loses its oldest pings. */
const MAX_PINGS = 64;

/**
 * Passes pings on, without their payload: it could hold anything. The pong gets its ping's payload
 * back, so that each peer sees what RFC 6455 §5.5.3 promises it.
 */
export function passPings(from: WebSocket, to: WebSocket, back: Sink, onward: Sink): void {
  const payloads: Buffer[] = [];
  from.on('ping', (payload: Buffer) => {
    payloads.push(Buffer.from(payload));
    if (payloads.length > MAX_PINGS) payloads.shift();
    onward.ping();
  });
  to.on('pong', () => {
    const payload = payloads.shift();
    if (payload !== undefined) back.pong(payload);
  });
}
