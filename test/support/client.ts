import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import { type ProxyAddress, tlsTunnel } from './tunnel.ts';

/** How long a connection may be silent: every test ends, and says where it hung. */
const PATIENCE = 10_000;

/** An agent whose connections go through the proxy. */
export function proxyAgent(proxy: ProxyAddress, options: https.AgentOptions = {}): https.Agent {
  const agent = new https.Agent({ keepAlive: false, ...options });
  agent.createConnection = (target, done) => {
    const host = String((target as { host?: string }).host);
    tlsTunnel(proxy, host).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

/** A request of a test. */
export interface Ask {
  readonly host?: string;
  /** Only without a proxy: the tunnel goes to 443. */
  readonly port?: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders | readonly string[];
  /** An object is sent as JSON. */
  readonly body?: object | string | Buffer;
  /** Sends the body in chunks of so many bytes. */
  readonly chunk?: number;
  readonly agent?: https.Agent;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
  /** Whether the message ended as it should. */
  readonly complete: boolean;
}

/** Sends a request through the proxy and reads the whole answer; a truncated one too. */
export async function ask(proxy: ProxyAddress, what: Ask): Promise<Answer> {
  const agent = what.agent ?? proxyAgent(proxy);
  const isJson = typeof what.body === 'object' && !Buffer.isBuffer(what.body);
  const body = isJson ? JSON.stringify(what.body) : (what.body as string | Buffer | undefined);
  const host = what.host ?? 'api.anthropic.com';
  const request = https.request({
    host,
    port: what.port ?? 443,
    path: what.path ?? '/v1/messages',
    method: what.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: (Array.isArray(what.headers)
      ? what.headers
      : {
          ...(body === undefined || what.chunk !== undefined
            ? {}
            : { 'content-length': Buffer.byteLength(body) }),
          ...(isJson ? { 'content-type': 'application/json' } : {}),
          ...what.headers,
        }) as http.OutgoingHttpHeaders,
    agent,
    timeout: PATIENCE,
  });
  request.on('timeout', () => request.destroy(new Error('no answer')));
  const bytesToSend = Buffer.from(body ?? '');
  const step = what.chunk ?? Math.max(bytesToSend.length, 1);
  for (let at = 0; at < bytesToSend.length; at += step) {
    request.write(bytesToSend.subarray(at, at + step));
  }
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  // An answer may come before the request is sent; what the sending then meets is no failure.
  request.on('error', () => {});
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch {}
  if (what.agent === undefined) agent.destroy();
  const bytes = Buffer.concat(parts);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    trailers: response.trailers as http.IncomingHttpHeaders,
    bytes,
    text: bytes.toString('utf8'),
    json: () => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>,
    complete: response.complete,
  };
}
