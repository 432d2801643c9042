import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { grammarOf } from '../providers/grammar.ts';
import { runExchange } from './exchange.ts';
import type { ExchangeContext, Opened } from './exchange-context.ts';
import { connectTo, createInternalProvider } from './internal-provider.ts';

/** Under this name round trips stand in the audit log (RFC 2606: no host can have it). */
export const SELF_TEST_HOST = 'self-test.waterwall.invalid';

const PATIENCE = 10_000;

/** What came of a request. */
export interface RoundTripAnswer {
  readonly status: number;
  readonly body: string;
}

/** Requests that go their whole way within this process, from the gate to what the client gets. */
export interface RoundTrips {
  /** Asks a provider that repeats the text as a stream. */
  ask(text: string): Promise<RoundTripAnswer>;
  /** The bodies that the provider was sent. */
  readonly seen: readonly string[];
}

/** @param piece - characters of an event of the answer; by default fewer than a placeholder has */
export function createRoundTrips(context: ExchangeContext, piece?: number): RoundTrips {
  const { upstream, seen } = createInternalProvider(piece);
  const opened: Opened = {
    host: { host: SELF_TEST_HOST, port: 443, sseHandler: 'anthropic' },
    grammar: grammarOf('anthropic'),
    upstream,
    serverName: SELF_TEST_HOST,
    socket: 0,
  };
  const front = http.createServer((request, response) => {
    void runExchange(request, response, opened, context);
  });
  return { ask: (text) => ask(front, text), seen };
}

function ask(server: http.Server, text: string): Promise<RoundTripAnswer> {
  const body = JSON.stringify({
    model: 'self-test',
    max_tokens: 1,
    stream: true,
    messages: [{ role: 'user', content: text }],
  });
  return new Promise((resolve, reject) => {
    const request = http.request({
      method: 'POST',
      path: '/v1/messages',
      headers: {
        host: SELF_TEST_HOST,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-claude-code-session-id': `self-test-${randomUUID()}`,
      },
      createConnection: () => connectTo(server),
      signal: AbortSignal.timeout(PATIENCE),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.once('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.end(body);
  });
}
