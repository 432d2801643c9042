import type net from 'node:net';
import { WaterwallError } from '../errors.ts';
import type { Authority } from './authority.ts';
import { readClientHello } from './client-hello.ts';
import { cutOff, type Dial } from './dial.ts';
import type { CutReason, Live } from './live.ts';
import { unreachable } from './upstream.ts';

/** How a tunnel ended. */
export interface TunnelReport {
  readonly host: string;
  readonly sent: number;
  readonly received: number;
}

/** How long a client may take to say whom it wants to speak to. */
const HELLO_TIMEOUT = 10_000;

/** A tunnel in which nothing has moved for as long, in milliseconds, has nothing to finish. */
const QUIET = 1_000;

/** A ClientHello with everything in it stays below; see `client-hello.ts`. */
const MAX_HELLO = 80 * 1024;

/** What {@link runTunnel} tells. */
export interface TunnelHooks {
  /** The connection stands: the CONNECT is to be answered. */
  readonly onOpen: () => void;
  /** The tunnel has ended, however. */
  readonly onClose: (report: TunnelReport) => void;
}

/** What {@link runTunnel} needs of the daemon. */
export interface TunnelParts {
  readonly dial: Dial;
  readonly live: Live;
  /** The gate; throws a refusal. Asked again before anything of the client leaves. */
  readonly gate: () => void;
}

/**
 * Connects to a host that is not opened, and pipes bytes both ways once the client's ClientHello
 * names that host: a tunnel must not carry what goes elsewhere behind a shared front.
 *
 * @throws WaterwallError `upstream-unreachable`; `host-mismatch` after `onOpen`; what `gate` throws
 */
export async function runTunnel(
  client: net.Socket,
  authority: Authority,
  { dial, live, gate }: TunnelParts,
  hooks: TunnelHooks,
): Promise<void> {
  let far: net.Socket | undefined;
  let open = false;
  let cutBy: CutReason | undefined;
  let retiring: NodeJS.Timeout | undefined;
  const cut = (reason: CutReason): void => {
    cutBy = reason;
    if (far !== undefined) cutOff(far);
    if (open) client.destroy();
  };
  const retire = (): void => {
    retiring ??= whenQuiet(
      () => (far?.bytesRead ?? 0) + client.bytesRead,
      () => {
        far?.destroySoon();
        client.destroySoon();
      },
    );
  };
  const leave = live.enter(cut, retire);
  try {
    const upstream = await connect(dial, authority, client, (dialling) => {
      far = dialling;
    });
    gate();
    open = true;
    hooks.onOpen();
    const hello = await readHello(client, upstream, authority.host);
    if (hello === undefined) return;
    gate();
    upstream.write(hello);
    upstream.pipe(client);
    client.pipe(upstream);
    await Promise.all([closed(client, upstream), closed(upstream, client)]);
  } catch (error) {
    throw cutBy ?? error;
  } finally {
    leave();
    clearInterval(retiring);
    far?.destroy();
    if (open) {
      client.destroy();
      const { bytesWritten: sent = 0, bytesRead: received = 0 } = far ?? {};
      hooks.onClose({ host: authority.host, sent, received });
    }
  }
}

/** Calls again and again while nothing is counted any more. */
function whenQuiet(count: () => number, act: () => void): NodeJS.Timeout {
  let before = count();
  return setInterval(() => {
    const now = count();
    if (now === before) act();
    before = now;
  }, QUIET);
}

function connect(
  dial: Dial,
  authority: Authority,
  client: net.Socket,
  onDialling: (socket: net.Socket) => void,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const dialling = dial(authority, (error, socket) => {
      client.off('close', onGone);
      if (socket === undefined) return reject(unreachable(authority.host, error));
      // From now on: it may be reset before anybody reads from it.
      socket.on('error', () => client.destroy());
      return resolve(socket);
    });
    const onGone = (): void => {
      dialling.destroy();
    };
    client.once('close', onGone);
    onDialling(dialling);
  });
}

/**
 * The first bytes of the client, up to a ClientHello that names the host; `undefined` where either
 * side leaves before.
 */
function readHello(
  client: net.Socket,
  upstream: net.Socket,
  host: string,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      client.pause();
      client.off('data', onData).off('end', onLeft).off('close', onLeft);
      upstream.off('close', onLeft);
      settle();
    };
    const refuse = (): void => finish(() => reject(mismatch(host)));
    const onLeft = (): void => finish(() => resolve(undefined));
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const hello = readClientHello(bytes);
      if (hello.kind === 'hello' && hello.serverName === host) finish(() => resolve(bytes));
      else if (hello.kind !== 'incomplete' || bytes.length > MAX_HELLO) refuse();
    };
    const timer = setTimeout(refuse, HELLO_TIMEOUT);
    client.on('data', onData).on('end', onLeft).on('close', onLeft);
    upstream.on('close', onLeft);
    client.resume();
  });
}

/** Settles when a socket is closed; the other side then gets what is left, and is closed too. */
function closed(socket: net.Socket, other: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', (hadError) => {
      if (hadError) other.destroy();
      else other.destroySoon();
      resolve();
    });
    if (socket.destroyed) other.destroy();
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
