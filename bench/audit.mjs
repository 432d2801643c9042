// `npm run bench -- audit`: what a durable line of the signed log takes, at several rates, beside a
// bare write and fdatasync of as many bytes, interleaved with it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile, round } from './figures.mjs';

const lib = (path) => import(fileURLToPath(new URL(`../dist/lib/${path}`, import.meta.url)));

const RATES = [10, 100, 1000, 10_000];
const SECONDS = 3;

const fields = {
  host: 'api.anthropic.com',
  session: 'a-session-of-an-agent',
  redactions: [{ type: 'AWS_ACCESS_KEY', hmac: '0123456789abcdef' }],
  policy_hash: '0'.repeat(64),
};

/** A row a rate: milliseconds of a signed log's append, and of a bare sync. */
export async function benchAudit(rounds) {
  const folder = mkdtempSync(join(os.tmpdir(), 'waterwall-bench-audit-'));
  const log = await openSignedHome(folder);
  const bare = await open(join(folder, 'bare'), 'a');
  const line = Buffer.alloc(600, 'x');
  const ways = {
    signed: () => log.append('redaction', fields),
    bare: async () => {
      await bare.write(line);
      await bare.datasync();
    },
  };
  const rows = [];
  try {
    await log.settled();
    for (const rate of RATES) {
      const took = { signed: [], bare: [] };
      // One bare sync at a time: two of one file would share their work.
      for (let turn = 0; turn < rounds; turn++) {
        took.signed.push(...(await atRate(ways.signed, rate, Number.POSITIVE_INFINITY)));
        took.bare.push(...(await atRate(ways.bare, Math.min(rate, 100), 1)));
      }
      rows.push({ rate, signed: figures(took.signed), bare: figures(took.bare) });
    }
  } finally {
    await log.close();
    await bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function openSignedHome(folder) {
  const { openHomeLog } = await lib('audit/home-log.js');
  const { createLog } = await lib('audit/create.js');
  const { createSigner } = await lib('audit/signer/keys.js');
  const { DEFAULT_SETTINGS } = await lib('config/defaults.js');
  const homes = Object.fromEntries(
    ['config', 'log', 'run'].map((name) => [name, join(folder, name)]),
  );
  for (const path of Object.values(homes)) mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(homes.config, 'signing.pub'), createSigner(join(homes.log, 'signer')));
  await createLog(homes.log);
  const told = (error) => {
    if (error !== undefined) throw error;
  };
  const deps = { onPoison: told, onSigner: told, onFault: told };
  return openHomeLog(homes, DEFAULT_SETTINGS.audit, deps);
}

/** Begins so many calls a second, evenly, whether or not earlier ones have ended. */
async function atRate(call, rate, atOnce) {
  const took = [];
  const running = new Set();
  const start = performance.now();
  for (let begun = 0; begun < rate * SECONDS; ) {
    const due = Math.floor(((performance.now() - start) / 1000) * rate) + 1;
    for (; begun < Math.min(due, rate * SECONDS); begun++) {
      if (running.size >= atOnce) continue;
      const at = performance.now();
      const one = call().then(() => {
        took.push(performance.now() - at);
        running.delete(one);
      });
      running.add(one);
    }
    await sleep(1);
  }
  await Promise.all(running);
  return took;
}

function figures(values) {
  const at = (share) => round(quantile(values, share));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The rows as a table. */
export function auditTable(rows) {
  const cell = ({ p50, p99, max }) => `${p50} / ${p99} / ${max}`;
  return [
    '| lines a second | signed log, ms (p50 / p99 / max) | bare sync, ms (p50 / p99 / max) |',
    '|--:|--:|--:|',
    ...rows.map(({ rate, signed, bare }) => `| ${rate} | ${cell(signed)} | ${cell(bare)} |`),
  ].join('\n');
}
