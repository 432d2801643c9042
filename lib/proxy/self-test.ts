import { randomInt, randomUUID } from 'node:crypto';
import http from 'node:http';
import { PATTERNS } from '../detect/patterns.ts';
import type { RefusalCode } from '../errors.ts';
import { grammarOf } from '../providers/grammar.ts';
import { runExchange } from './exchange.ts';
import type { ExchangeContext, Opened } from './exchange-context.ts';
import { connectTo, createInternalProvider } from './internal-provider.ts';

/** Under this name the round trip stands in the audit log (RFC 2606: no host can have it). */
export const SELF_TEST_HOST = 'self-test.waterwall.invalid';

/** What became of a made-up secret. */
export type SelfTest =
  | { readonly outcome: 'round-trip'; readonly type: string }
  /** The provider saw the secret. */
  | { readonly outcome: 'leaked'; readonly type: string }
  /** What came back differs from what was sent. */
  | { readonly outcome: 'not-restored'; readonly type: string }
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode | undefined;
      readonly reason: string;
      readonly fix: string;
    }
  /** The policy looks for no built-in type. */
  | { readonly outcome: 'no-types' };

/** Types that stand for all; any other where the operator has switched these off. */
const PREFERRED = ['GITHUB_TOKEN', 'AWS_ACCESS_KEY', 'ANTHROPIC_KEY'];

const PATIENCE = 10_000;

/**
 * Sends a made-up secret the whole way of a request, from the gate to what the client gets, to a
 * provider inside this process. Its audit lines are as durable as any; state, which tells what
 * agents did, is not told.
 */
export async function runSelfTest(context: ExchangeContext): Promise<SelfTest> {
  const secret = makeUpSecret(context.policy().scanner.types);
  if (secret === undefined) return { outcome: 'no-types' };
  const { type, value } = secret;
  const provider = createInternalProvider();
  const opened: Opened = {
    host: { host: SELF_TEST_HOST, port: 443, sseHandler: 'anthropic' },
    grammar: grammarOf('anthropic'),
    upstream: provider.upstream,
    serverName: SELF_TEST_HOST,
    socket: 0,
  };
  let code: RefusalCode | undefined;
  const silent: ExchangeContext = {
    ...context,
    observer: {
      started() {},
      sent() {},
      ended(report) {
        code = report.code;
      },
    },
    // A made-up value is nothing to look for in what agents send later.
    remember() {},
  };
  const front = http.createServer((request, response) => {
    void runExchange(request, response, opened, silent);
  });
  const text = `The token is ${value} and nothing else.`;
  const answer = await ask(front, text);
  if (answer.status !== 200) return { outcome: 'refused', code, ...reasonOf(answer.body) };
  if (provider.seen.some((body) => body.includes(value))) return { outcome: 'leaked', type };
  return { outcome: textOf(answer.body) === text ? 'round-trip' : 'not-restored', type };
}

/** Another one each time: a value that was met before is found without its pattern. */
function makeUpSecret(
  types: readonly string[],
): { readonly type: string; readonly value: string } | undefined {
  const type =
    PREFERRED.find((each) => types.includes(each)) ??
    PATTERNS.find((each) => types.includes(each.type) && each.before === undefined)?.type;
  const pattern = PATTERNS.find((each) => each.type === type);
  if (pattern === undefined) return undefined;
  return { type: pattern.type, value: pattern.example(() => randomInt(2 ** 32) / 2 ** 32) };
}

function ask(server: http.Server, text: string): Promise<{ status: number; body: string }> {
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

function textOf(stream: string): string {
  return [...stream.matchAll(/^data: (.*)$/gm)]
    .map(([, data]) => JSON.parse(data ?? '{}') as { delta?: { text?: string } })
    .map(({ delta }) => delta?.text ?? '')
    .join('');
}

function reasonOf(body: string): { readonly reason: string; readonly fix: string } {
  const unknown = 'the request was refused';
  try {
    const { waterwall } = JSON.parse(body) as { waterwall?: { reason?: string; fix?: string } };
    return { reason: waterwall?.reason ?? unknown, fix: waterwall?.fix ?? 'look at the log' };
  } catch {
    return { reason: unknown, fix: 'look at the log' };
  }
}
