import type net from 'node:net';
import { WaterwallError } from '../errors.ts';
import type { Authority } from './authority.ts';
import { readClientHello } from './client-hello.ts';
import type { Dial } from './dial.ts';
import type { Live } from './live.ts';
import { unreachable } from './upstream.ts';

/** How a tunnel ended. */
export interface TunnelReport {
  readonly host: string;
  readonly sent: number;
  readonly received: number;
}

/** How long a client may take to say whom it wants to speak to. */
const HELLO_TIMEOUT = 10_000;

/** A ClientHello with everything in it stays below; see `client-hello.ts`. */
const MAX_HELLO = 80 * 1024;

/** What {@link runTunnel} tells. */
export interface TunnelHooks {
  /** The connection stands: the CONNECT is to be answered. */
  readonly onOpen: () => void;
  /** The tunnel has ended, however. */
  readonly onClose: (report: TunnelReport) => void;
}

/**
 * Connects to a host that is not opened, and pipes bytes both ways once the client's ClientHello
 * names that host: a tunnel must not carry what goes elsewhere behind a shared front.
 *
 * @throws WaterwallError `upstream-unreachable`; `host-mismatch` after `onOpen`
 */
export async function runTunnel(
  client: net.Socket,
  authority: Authority,
  dial: Dial,
  live: Live,
  hooks: TunnelHooks,
): Promise<void> {
  const upstream = await connect(dial, authority, client);
  // A tunnel is reset when egress stops: nothing that is buffered may still leave.
  const leave = live.enter(() => {
    upstream.resetAndDestroy();
    client.destroy();
  });
  hooks.onOpen();
  try {
    upstream.write(await readHello(client, authority.host));
    upstream.pipe(client);
    client.pipe(upstream);
    await Promise.all([closed(client, upstream), closed(upstream, client)]);
  } finally {
    leave();
    upstream.destroy();
    client.destroy();
    const { bytesWritten: sent, bytesRead: received } = upstream;
    hooks.onClose({ host: authority.host, sent, received });
  }
}

function connect(dial: Dial, authority: Authority, client: net.Socket): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const dialling = dial(authority, (error, socket) => {
      client.off('close', onGone);
      if (socket === undefined) reject(unreachable(authority.host, error));
      else resolve(socket);
    });
    const onGone = (): void => {
      dialling.destroy();
    };
    client.once('close', onGone);
  });
}

/** The first bytes of the client, up to a ClientHello that names the host. */
function readHello(client: net.Socket, host: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      client.pause();
      client.off('data', onData).off('close', onClose);
      settle();
    };
    const refuse = (): void => finish(() => reject(mismatch(host)));
    const onClose = (): void => refuse();
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const hello = readClientHello(bytes);
      if (hello.kind === 'hello' && hello.serverName === host) finish(() => resolve(bytes));
      else if (hello.kind !== 'incomplete' || bytes.length > MAX_HELLO) refuse();
    };
    const timer = setTimeout(refuse, HELLO_TIMEOUT);
    client.on('data', onData).on('close', onClose);
    client.resume();
  });
}

/** Settles when a socket is closed; ends the other side with it. */
function closed(socket: net.Socket, other: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => other.destroy());
    socket.once('close', (hadError) => {
      if (hadError) other.destroy();
      else other.end();
      resolve();
    });
  });
}

function mismatch(host: string): WaterwallError {
  return new WaterwallError(
    'host-mismatch',
    `what came through the tunnel to ${host} is no TLS connection to ${host}`,
    {
      fix: 'tunnels carry TLS to the host that CONNECT names, nothing else',
    },
  );
}
