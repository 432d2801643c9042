// `npm run bench`: every row of DESIGN §14 in one run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureMemory, measureStart, measureSync, measureWays } from './measure.mjs';
import { installPeers } from './peers.mjs';
import { endAll, start } from './process.mjs';
import { writeReadme } from './readme.mjs';
import { WORK, warmUp } from './rows.mjs';
import { tableOf } from './table.mjs';
import { stop } from './waterwall.mjs';
import { openWays } from './ways.mjs';

const RESULTS = new URL('results.json', import.meta.url);
const USAGE = `npm run bench [-- OPTIONS]
  audit             a durable line of the signed log at several rates, beside a bare sync
  verify-chain      a log of a million lines, verified
  scan              the engine beside naive JavaScript, RE2 (as WebAssembly) and a plain copy
  --only ID[,ID]    these rows only: ${[...WORK.flatMap(({ ids }) => ids), 'engine', 'memory', 'start'].join(', ')}
  --rounds FACTOR   so many times the usual rounds
  --requests N      requests of the memory row (10,000)
  --no-peers        without http-mitm-proxy and mockttp, which are installed in bench/peers else
  --readme          put the table into README.md too
  --from-results    no run: the table of the last one`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    requests: { type: 'string', default: '10000' },
    'no-peers': { type: 'boolean' },
    readme: { type: 'boolean' },
    'from-results': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const say = (text) => process.stderr.write(`${text}\n`);

if (values.help) console.log(USAGE);
else if (positionals[0] === 'scan') await showScan();
else if (positionals[0] === 'audit') await showAudit();
else if (positionals[0] === 'verify-chain') await showVerifyChain();
else {
  const results = values['from-results'] ? JSON.parse(readFileSync(RESULTS, 'utf8')) : await run();
  console.log(tableOf(results));
  if (results.cpu !== undefined) console.log(`\nCPU, ms a request:\n${cpuTable(results.cpu)}`);
  for (const name of results.skipped) say(`${name} did not start: left out`);
  if (values.readme) {
    const caption = `Measured on ${results.date.slice(0, 10)}: ${results.machine}. Medians of interleaved rounds.`;
    writeReadme('bench', 'npm run bench -- --readme', `${caption}\n\n${tableOf(results)}`);
  }
}

async function run() {
  const only = values.only?.split(',');
  const wanted = (id) => only === undefined || only.includes(id);
  const folder = mkdtempSync(join(os.tmpdir(), 'waterwall-bench-'));
  try {
    const { ways, skipped, home, waterwall } = await openWays(
      folder,
      !values['no-peers'] && installPeers(say),
    );
    const work = WORK.filter(({ ids }) => ids.some(wanted));
    if (work.length > 0) await warmUp(ways);
    const { figures, cpu } = await measureWays(ways, work, Number(values.rounds), say);
    const viaWaterwall = ways.find(({ name }) => name === 'waterwall');
    say('memory, start, engine');
    const memory = wanted('memory')
      ? await measureMemory(viaWaterwall, Number(values.requests))
      : undefined;
    await stop(waterwall);
    const results = {
      date: new Date().toISOString(),
      machine: machine(),
      ways: ways.map(({ name }) => name),
      skipped,
      sync: await measureSync(folder),
      figures,
      cpu,
      memory,
      start: wanted('start') ? await measureStart(home, 5) : undefined,
      engine: wanted('engine') ? await measured() : undefined,
    };
    if (only === undefined) writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
    return results;
  } finally {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the engine's own process found. */
async function measured(...args) {
  const child = start([fileURLToPath(new URL('processes/engine.mjs', import.meta.url)), ...args]);
  child.stderr.pipe(process.stderr);
  let output = '';
  for await (const text of child.stdout) output += text;
  return JSON.parse(output);
}

async function showAudit() {
  const { auditTable, benchAudit } = await import('./audit.mjs');
  console.log(auditTable(await benchAudit(Math.max(1, Math.round(3 * values.rounds)))));
}

async function showVerifyChain() {
  const { benchVerifyChain } = await import('./verify-chain.mjs');
  const lines = 1_000_000;
  const rounds = Math.max(1, Math.round(3 * values.rounds));
  const { wall, processor } = await benchVerifyChain(lines, rounds, say);
  console.log(`${lines} lines verified in ${wall} s (${processor} s of processor time)`);
}

async function showScan() {
  const found = await measured('scan');
  const rows = [
    { name: 'a copy', ms: found.copy },
    { name: 'this engine', ms: found.engine },
    { name: 'this engine, 10,000 exact values', ms: found.with10kValues },
    { name: 'this engine, after a private key', ms: found.withPrivateKeySeen },
    ...found.beside.map(({ name, ms, expressions }) => ({
      name: `${name}, ${expressions} expressions`,
      ms,
    })),
  ];
  console.log(`2 MB of JSON in, 2 MB out (${found.bytes} bytes)`);
  for (const { name, ms } of rows) {
    const speed = `${(found.bytes / ms / 1000).toPrecision(3)} MB/s`;
    const times = `${(ms / found.copy).toFixed(1)}× a copy`;
    console.log(
      `  ${name.padEnd(36)} ${ms.toFixed(2).padStart(8)} ms ${speed.padStart(11)}   ${times}`,
    );
  }
  console.log("  (processor time; RE2 is Google's, compiled to WebAssembly)");
  for (const { name, leftOut } of found.beside) {
    if (leftOut.length > 0)
      console.log(`  ${name} has no syntax for ${leftOut.join(', ')}: left out`);
  }
  console.log('worst-case inputs, 1 MB');
  for (const { name, nsPerByte } of found.floods) {
    console.log(`  ${name.padEnd(36)} ${nsPerByte.toFixed(1).padStart(8)} ns a byte`);
  }
}

function cpuTable(cpu) {
  return Object.entries(cpu)
    .map(([id, of]) => {
      const figures = Object.entries(of).map(([way, ms]) => `${way} ${ms}`);
      return `  ${id.padEnd(14)} ${figures.join('  ')}`;
    })
    .join('\n');
}

function machine() {
  const { model } = os.cpus()[0];
  return `${os.cpus().length} cores ${model.trim()}, Node ${process.version}, ${os.platform()}`;
}
