/** The demo's agent: one request through the proxy, over the same sockets a real one would use. */

import { request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';

export interface AgentRequest {
  readonly proxy: { readonly host: string; readonly port: number };
  readonly host: string;
  readonly path: string;
  readonly body: string;
  /** What the agent trusts: our CA, and nothing else. */
  readonly ca: string;
}

/** Sends it; gives the status and the answer as it arrived. */
export async function sendAsAgent(
  input: AgentRequest,
): Promise<{ status: number; answer: string }> {
  const tunnel = await openTunnel(input);
  const socket = connect({ socket: tunnel, servername: input.host, ca: input.ca });
  try {
    return await post(input, socket);
  } finally {
    socket.destroy();
  }
}

function openTunnel({ proxy, host }: AgentRequest): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...proxy, method: 'CONNECT', path: `${host}:443`, agent: false });
    outgoing.once('error', reject);
    outgoing.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answered CONNECT with ${response.statusCode}`));
    });
    outgoing.end();
  });
}

function post(input: AgentRequest, socket: Socket): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: input.host,
      path: input.path,
      method: 'POST',
      createConnection: () => socket,
      headers: {
        host: input.host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(input.body),
        'anthropic-version': '2023-06-01',
        'x-session-id': 'demo',
      },
    });
    outgoing.once('error', reject);
    socket.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          answer: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.end(input.body);
  });
}

/** The text deltas of an Anthropic stream, in order. */
export function textDeltas(stream: string): readonly string[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as { delta?: { text?: string } })
    .flatMap((event) => (event.delta?.text === undefined ? [] : [event.delta.text]));
}
