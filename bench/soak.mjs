// Puts the figures of the last soak, bench/soak.json, into the README.
import { readFileSync } from 'node:fs';
import { writeReadme } from './readme.mjs';

/** As many times the relay's event-loop delay (p99) is the target of ours. */
const TIMES_RELAY = 2;

const soak = JSON.parse(readFileSync(new URL('soak.json', import.meta.url), 'utf8'));
const { memory, descriptors, loopDelay } = soak;
const { relay, waterwall } = loopDelay;
const ms = (value) => `${value.toFixed(2)} ms`;
const limit = relay.p99 * TIMES_RELAY;
const rows = [
  ['requests', soak.requests, ''],
  ['errors, wrong answers', soak.errors, 'none'],
  ['secrets that reached the provider', soak.leaks, 'none'],
  ['memory, early and late', `${memory.early} MB, ${memory.late} MB`, 'flat'],
  ['file descriptors, early and late', `${descriptors.early}, ${descriptors.late}`, 'flat'],
  ['event-loop delay, p50; the relay', `${ms(waterwall.p50)}; ${ms(relay.p50)}`, ''],
  [
    'event-loop delay, p99; the relay',
    `${ms(waterwall.p99)}; ${ms(relay.p99)}`,
    `≤ ${TIMES_RELAY}× the relay: ${waterwall.p99 <= limit ? 'yes' : `missed by ${ms(waterwall.p99 - limit)}`}`,
  ],
];
const table = [['soak', 'found', 'target'], ['---', '---', '---'], ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');
const load = `${soak.agents} agents for ${soak.seconds / 60} minutes, mixed sizes, streamed and whole`;
const caption = `Measured on ${soak.date.slice(0, 10)}: ${soak.machine}. ${load}; the relay in turns with it.`;
writeReadme('soak', 'npm run soak', `${caption}\n\n${table}`);
console.log(table);
