/** The demo's provider: keeps what it got, and streams an answer that repeats a placeholder. */

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface DemoProvider {
  readonly port: number;
  /** Bodies in the order in which they came. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** Any placeholder, as a model would meet it. */
const PLACEHOLDER = /<pl:[A-Z0-9_]+:[0-9a-f]+>/g;

/** Starts it on a free loopback port. */
export async function startProvider(cert: string, key: string): Promise<DemoProvider> {
  const seen: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push(body);
      answer(response, body.match(PLACEHOLDER) ?? []);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, placeholders: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of messageEvents(replyPieces([...new Set(placeholders)]))) response.write(event);
  response.end();
}

/** The reply, cut where it hurts: in the middle of every placeholder. */
export function replyPieces(placeholders: readonly string[]): readonly string[] {
  const named = placeholders.flatMap((placeholder, index) => {
    const cut = Math.ceil(placeholder.length / 2);
    const before = index === 0 ? 'I will use ' : index === placeholders.length - 1 ? ' and ' : ', ';
    return [before + placeholder.slice(0, cut), placeholder.slice(cut)];
  });
  return [...named, '.'];
}

/** The events of one Anthropic message whose text comes in these pieces. */
function messageEvents(pieces: readonly string[]): readonly string[] {
  const usage = { input_tokens: 1, output_tokens: pieces.length };
  return [
    {
      type: 'message_start',
      message: {
        id: 'msg_demo',
        type: 'message',
        role: 'assistant',
        model: 'demo',
        content: [],
        stop_reason: null,
        usage,
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
