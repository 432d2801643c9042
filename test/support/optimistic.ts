import net from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A connection to a proxy whose CONNECT is sent together with the first bytes that are written to
 * it (a TLS ClientHello), without waiting for the answer, as some clients do to save a round trip.
 */
export function optimisticTunnel(port: number, authority: string): Duplex {
  const socket = net.connect(port, '127.0.0.1');
  let head: Buffer | undefined = Buffer.alloc(0);
  let greeted = false;
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      const greeting = `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
      socket.write(greeted ? chunk : Buffer.concat([Buffer.from(greeting), chunk]), done);
      greeted = true;
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (part: Buffer) => {
    if (head === undefined) return void (duplex.push(part) || socket.pause());
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    duplex.push(head.subarray(end + 4));
    head = undefined;
  });
  socket.on('end', () => duplex.push(null));
  socket.on('error', (error) => duplex.destroy(error));
  return duplex;
}
