import type { Duplex } from 'node:stream';

/** How long the other side may take to hear the last bytes and close too. */
const PATIENCE = 2_000;

/**
 * Writes the last bytes of a connection and closes it, whatever the other side does. What still
 * comes is taken and dropped: closing over unread bytes resets the connection (RFC 9112 §9.6), and
 * the reset can overtake what was written.
 */
export function endWith(socket: Duplex, bytes: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), PATIENCE);
  socket.once('close', () => clearTimeout(timer));
  socket.end(bytes);
  socket.resume();
}
