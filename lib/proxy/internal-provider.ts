import http from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import type { Upstream } from './upstream.ts';

/** A provider in this process's memory: no socket leads to it, so no agent can reach it. */
export interface InternalProvider {
  readonly upstream: Upstream;
  /** The bodies it has been sent. */
  readonly seen: readonly string[];
}

/** Repeats the text it is asked about, as an Anthropic stream in small pieces. */
export function createInternalProvider(): InternalProvider {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push(body);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(echoStream(body));
    });
  });
  return {
    seen,
    upstream: {
      begin: ({ method, target, headers }) =>
        http.request({
          method,
          path: target,
          headers: headers as string[],
          setHost: false,
          createConnection: () => connectTo(server),
        }),
      connect: (done) => done(null, connectTo(server)),
      cut() {},
      close() {},
    },
  };
}

/** A connection to a server that listens nowhere. */
export function connectTo(server: http.Server): Duplex {
  const [ours, theirs] = duplexPair();
  server.emit('connection', theirs);
  return ours;
}

/** Shorter than any placeholder, so that each comes in several events. */
const PIECE = 7;

function echoStream(body: string): string {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const text = messages[0]?.content ?? '';
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, 'gu')) ?? [];
  const events = [
    { type: 'message_start', message: { id: 'msg_self_test', type: 'message', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((piece) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: piece },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}
