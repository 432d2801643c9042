/** One secret's round trip, through the real daemon and over real sockets, on this machine alone. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPublicKeys } from '../../audit/public-keys.ts';
import { type ChainReport, verifyChain } from '../../audit/verify.ts';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import { sendAsAgent, textDeltas } from './agent.ts';
import { throwAwayCertificate } from './certificate.ts';
import { makeDemoHome } from './home.ts';
import { replyPieces, startProvider } from './provider.ts';
import type { DemoReport } from './report.ts';
import { madeUpEnvFile } from './secrets.ts';

/** The daemon, as far as the demo uses it. */
export interface DemoDaemon {
  readonly address: { readonly host: string; readonly port: number };
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** An empty folder; the caller removes it. */
  readonly root: string;
  readonly now: Date;
  start(homes: Homes): Promise<DemoDaemon>;
}

/** Any host would do: its traffic goes to the demo's own provider. */
const HOST = 'api.anthropic.com';
const PLACEHOLDER = /<pl:[A-Z0-9_]+:[0-9a-f]+>/g;

/** Plays it. */
export async function playRoundTrip({ root, now, start }: DemoOptions): Promise<DemoReport> {
  const { cert, key } = throwAwayCertificate(HOST, now);
  const provider = await startProvider(cert, key);
  try {
    const homes = await makeDemoHome(root, HOST, { port: provider.port, cert });
    const file = madeUpEnvFile();
    const daemon = await start(homes);
    const exchange = await sendAsAgent({
      proxy: daemon.address,
      host: HOST,
      path: '/v1/messages',
      body: JSON.stringify(conversation(file.text)),
      ca: readFileSync(filesOf(homes).caCertificate, 'utf8'),
    }).finally(() => daemon.stop());
    if (exchange.status !== 200) throw new Error(`the proxy answered ${exchange.answer}`);
    const seen = toolResultIn(provider.seen[0] ?? '{}');
    const placeholders = [...new Set(seen.match(PLACEHOLDER) ?? [])];
    const received = textDeltas(exchange.answer).join('');
    const everything = provider.seen.join('\n');
    return {
      secrets: file.secrets,
      sent: file.text,
      seen,
      streamed: replyPieces(placeholders),
      received,
      placeholders,
      leaks: file.secrets.filter((secret) => everything.includes(secret)).length,
      restored: file.secrets.every((secret) => received.includes(secret)),
      audit: linesOf(homes).filter((line) => TELLING.test(line)),
      verification: summarise(await verifyLog(homes)),
    };
  } finally {
    await provider.close();
  }
}

/** What Claude Code would send after it has read a file. */
function conversation(text: string): object {
  return {
    model: 'demo',
    max_tokens: 1000,
    stream: true,
    messages: [
      { role: 'user', content: 'Deploy the service with the keys in .env' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'toolu_demo', name: 'Read', input: { file_path: '.env' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_demo', content: text }],
      },
    ],
  };
}

function toolResultIn(body: string): string {
  const { messages } = JSON.parse(body) as { messages?: { content: { content?: string }[] }[] };
  return messages?.[2]?.content[0]?.content ?? '';
}

const TELLING = /"line_type":"(?:redaction|detokenization)"/;

function linesOf(homes: Homes): readonly string[] {
  const { chain } = filesOf(homes);
  return readdirSync(chain)
    .sort()
    .flatMap((name) => readFileSync(join(chain, name), 'utf8').trimEnd().split('\n'));
}

/** Of the daemon that has stopped: with the key of its signer, which signed to the last line. */
async function verifyLog(homes: Homes): Promise<ChainReport> {
  const { chain, signingPublicKey } = filesOf(homes);
  return verifyChain(chain, { keys: await readPublicKeys(signingPublicKey) });
}

function summarise(report: ChainReport): DemoReport['verification'] {
  const { verdict, lines, head, signed_through: signed, tampered, incomplete } = report;
  if (verdict === 'clean') {
    const summary = `${lines} audit lines, linked and signed through #${signed}; head ${head.slice(0, 12)}…`;
    return { intact: true, summary };
  }
  return { intact: false, summary: `the audit log: ${tampered?.reason ?? incomplete.join('; ')}` };
}
