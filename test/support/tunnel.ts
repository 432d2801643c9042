import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

/** Where a proxy listens, and the root it signs under. */
export interface ProxyAddress {
  readonly port: number;
  readonly ca: string;
}

/** How long an answer to CONNECT may take. */
const PATIENCE = 5000;

/** A refused CONNECT, with what the proxy answered. */
export class TunnelRefused extends Error {
  readonly answer: string;
  readonly status: number;

  constructor(answer: string) {
    super(`CONNECT: ${answer.split('\r\n')[0]}`);
    this.answer = answer;
    this.status = Number(answer.split(' ')[1]);
  }
}

/** Opens a CONNECT tunnel and gives the bare socket. */
export async function tunnel(port: number, authority: string): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const answer = await readHead(socket);
  if (!/^HTTP\/1\.1 200 /.test(answer)) {
    const rest = await readAll(socket);
    throw new TunnelRefused(answer + rest.text);
  }
  socket.on('error', () => {});
  return socket;
}

/** Opens a tunnel and speaks TLS in it. */
export async function tlsTunnel(
  proxy: ProxyAddress,
  host: string,
  options: tls.ConnectionOptions = {},
): Promise<tls.TLSSocket> {
  const socket = await tunnel(proxy.port, `${host}:443`);
  const secure = tls.connect({ socket, servername: host, ca: proxy.ca, ...options });
  await once(secure, 'secureConnect');
  secure.on('error', () => {});
  return secure;
}

/** What came over a connection, and how it ended. */
export interface RawAnswer {
  readonly text: string;
  /** `end`: properly closed; `reset`: not; `open`: still open when it was enough. */
  readonly end: 'end' | 'reset' | 'open';
}

/** Reads until the connection ends, `enough` says so, or `timeout` passed. */
export async function readAll(
  socket: net.Socket,
  { enough, timeout = PATIENCE }: { enough?: (text: string) => boolean; timeout?: number } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    let ended = false;
    const settle = (end: RawAnswer['end']): void => {
      clearTimeout(timer);
      socket.off('data', onData);
      resolve({ text, end });
    };
    const onData = (part: Buffer): void => {
      text += part.toString('latin1');
      if (enough?.(text) === true) settle('open');
    };
    const timer = setTimeout(() => settle('open'), timeout);
    socket.on('data', onData);
    socket.on('error', () => settle('reset'));
    socket.on('end', () => {
      ended = true;
    });
    socket.on('close', (failed) => settle(failed || !ended ? 'reset' : 'end'));
    if (socket.destroyed) settle('reset');
    // Listening alone does not wake a socket that was paused.
    socket.resume();
  });
}

/** Writes bytes to the listening port itself and reads what comes back. */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  options: { enough?: (text: string) => boolean; timeout?: number } = {},
): Promise<RawAnswer> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  const answer = await readAll(socket, options);
  socket.destroy();
  return answer;
}

async function readHead(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const onData = (part: Buffer): void => {
      head = Buffer.concat([head, part]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.off('error', reject);
      clearTimeout(timer);
      socket.pause();
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(head.subarray(0, end + 4).toString('latin1'));
    };
    const onClose = (): void => reject(new Error('closed before an answer to CONNECT'));
    const timer = setTimeout(() => {
      reject(new Error('no answer to CONNECT'));
      socket.destroy();
    }, PATIENCE);
    socket.once('close', () => clearTimeout(timer));
    socket.on('data', onData);
    socket.on('close', onClose);
    socket.on('error', reject);
  });
}
