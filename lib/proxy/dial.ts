import net from 'node:net';

/** Where a connection goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Opens TCP connections to the outside, directly or through the operator's own proxy. */
export type Dial = (
  target: Target,
  connected: (error: Error | undefined, socket?: net.Socket) => void,
) => net.Socket;

/**
 * Ends a connection so that nothing leaves any more: a reset drops what the kernel still holds. One
 * that is not up yet must not come up first, as Node's reset would have it.
 */
export function cutOff(socket: net.Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** How long a connection may take to come up. */
const CONNECT_TIMEOUT = 30_000;

/** An answer of an HTTP proxy to CONNECT is a few lines. */
const MAX_PROXY_ANSWER = 16 * 1024;

/** Straight to the target; Node tries IPv6 and IPv4 in turn (RFC 8305). */
export const dialDirectly: Dial = (target, connected) => {
  const socket = net.connect({
    host: target.host,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    // Node's own default, unless a flag says otherwise.
    autoSelectFamily: true,
  });
  const settle = once((error?: Error) => {
    socket.setTimeout(0);
    socket
      .off('error', settle)
      .off('connect', settle)
      .off('timeout', onTimeout)
      .off('close', onClose);
    if (error !== undefined) socket.destroy();
    connected(error, error === undefined ? socket : undefined);
  });
  const onTimeout = (): void =>
    settle(Object.assign(new Error('connection timed out'), { code: 'ETIMEDOUT' }));
  const onClose = (): void =>
    settle(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' }));
  socket.setTimeout(CONNECT_TIMEOUT);
  socket
    .once('error', settle)
    .once('connect', () => settle())
    .once('timeout', onTimeout)
    .once('close', onClose);
  return socket;
};

/** The way out that the configuration names. */
export function dialFor(upstreamProxy: string | undefined): Dial {
  return upstreamProxy === undefined ? dialDirectly : dialThrough(upstreamProxy);
}

/**
 * Through an HTTP proxy by CONNECT (RFC 9110 §9.3.6). The socket comes paused.
 *
 * @param proxy - `http://[user:password@]host:port`
 */
export function dialThrough(proxy: string): Dial {
  const url = new URL(proxy);
  const via: Target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization =
    url.username === ''
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  return (target, connected) =>
    dialDirectly(via, (error, socket) => {
      if (socket === undefined) return connected(error ?? new Error('no connection'));
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      const authority = `${host}:${target.port}`;
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
      readAnswer(socket, (failure) => {
        if (failure !== undefined) socket.destroy();
        connected(failure, failure === undefined ? socket : undefined);
      });
    });
}

function readAnswer(socket: net.Socket, answered: (error?: Error) => void): void {
  let text = '';
  const settle = once((error?: Error) => {
    socket.setTimeout(0);
    socket.off('data', onData).off('error', settle).off('close', onClose);
    answered(error);
  });
  const onClose = (): void => settle(new Error('the upstream proxy closed the connection'));
  const onData = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (text.length > MAX_PROXY_ANSWER)
        settle(new Error('the upstream proxy sent no answer to CONNECT'));
      return;
    }
    socket.pause();
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
    if (status?.startsWith('2') !== true) {
      settle(new Error(`the upstream proxy answered CONNECT with ${status ?? 'no status'}`));
      return;
    }
    // In TLS the client speaks first: bytes of the target before ours are none of the target's.
    settle(
      text.length > end + 4 ? new Error('the upstream proxy sent bytes of its own') : undefined,
    );
  };
  socket.setTimeout(CONNECT_TIMEOUT, () =>
    settle(new Error('the upstream proxy did not answer in time')),
  );
  socket.on('data', onData).once('error', settle).once('close', onClose);
}

function once(action: (error?: Error) => void): (error?: Error) => void {
  let done = false;
  return (error) => {
    if (done) return;
    done = true;
    action(error);
  };
}
