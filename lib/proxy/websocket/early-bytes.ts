import type net from 'node:net';

/** More than this no client says before its handshake is answered: it may not say anything. */
const MAX_EARLY = 64 * 1024;

/** A client's connection while its handshake is on the way to the provider. */
export interface EarlyBytes {
  /** Ends the watch and gives what came meanwhile. */
  take(): Buffer;
}

/**
 * Reads on while the provider is asked, so that a client that leaves is noticed when it does: under
 * TLS the end of a connection shows only to whoever reads.
 *
 * @param head - what came together with the handshake
 * @param onGone - the client has ended its side
 */
export function holdEarlyBytes(socket: net.Socket, head: Buffer, onGone: () => void): EarlyBytes {
  const early = [head];
  let length = head.length;
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
    length += chunk.length;
    if (length > MAX_EARLY) socket.destroy();
  };
  socket.on('data', onData).on('end', onGone);
  return {
    take() {
      socket.off('data', onData).off('end', onGone);
      return Buffer.concat(early);
    },
  };
}
