// Improves the buckets of the kernel's sieve (`lib/detect/built-in-buckets.ts`) by simulated annealing:
// which window of each anchor, and which anchors together, let the fewest places of real text
// through. Run it after a build when anchors that may stand anywhere were added to the pattern file,
// on a machine that does nothing else:
//   node build/tune-buckets.mjs [SECONDS]
// A pattern that the buckets do not know yet is found all the same, only not as cheaply.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUCKET_COUNT, bucketsFor } from '../dist/lib/detect/buckets.js';
import { builtInTargets } from '../dist/lib/detect/built-in-targets.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const SECONDS = Number(process.argv[2] ?? 60);
const MOST_SPELLINGS = 4096;
/** Rarer 4-grams add up to little, and there are many. */
const RAREST = 15;
const WINDOW = [0, 1, 2, 3];

const grams = sample();
const anchors = builtInTargets().flatMap(({ anchor }) => (anchor.inRun ? [] : [anchor]));
const windows = anchors.map(windowsOf);
const random = generator(1);
const costs = new Map();

const today = bucketsFor(anchors);
const state = windows.map(placeToday);
const current = Array.from({ length: BUCKET_COUNT }, (_, bucket) => cost(bucketAt(bucket)));
const hottest = sum(current) / 100;
const begun = Date.now();
console.log(((100 * sum(current)) / grams.total).toFixed(2), '% before');
for (let share = 0; share < 1; share = (Date.now() - begun) / 1000 / SECONDS) {
  step(hottest * 1e-4 ** share);
}
const found = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucketAt(bucket));
writeFileSync(
  join(root, 'lib/detect/built-in-buckets.ts'),
  `import type { Bucket } from './buckets.ts';

/** Written by \`build/tune-buckets.mjs\`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = ${JSON.stringify(found)};
`,
);
console.log(
  `${((100 * sum(current)) / grams.total).toFixed(2)} % of all places; now format and build`,
);

/** The 4-grams of our own sources and documents and of some packages, as agents send files. */
function sample() {
  const texts = [
    ...files('lib', '.ts', 1e6),
    ...files('docs', '.md', 4e5),
    ...files('node_modules/typescript/lib', '.d.ts', 1e6),
    ...files('node_modules', '.md', 1e6),
    ...files('node_modules/ajv/dist', '.js', 1e6),
  ];
  const counts = new Map();
  let total = 0;
  for (const text of texts) {
    const numbered = text.split('\n').map((line, i) => `${String(i + 1).padStart(6)}\t${line}`);
    const bytes = Buffer.from(JSON.stringify(numbered.join('\n')));
    total += bytes.length;
    for (let at = 0; at + 4 <= bytes.length; at++) {
      const gram = bytes.readUInt32LE(at);
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  const kept = [...counts].filter(([, count]) => count >= RAREST);
  return {
    total,
    counts: Uint32Array.from(kept, ([, count]) => count),
    bytes: WINDOW.map((i) => Uint8Array.from(kept, ([gram]) => gram >>> (8 * i))),
  };
}

function files(folder, ending, limit) {
  const texts = [];
  let length = 0;
  const names = readdirSync(join(root, folder), { recursive: true }).filter((name) =>
    name.endsWith(ending),
  );
  for (const name of names.sort()) {
    if (length > limit) break;
    const text = readFileSync(join(root, folder, name), 'utf8').slice(0, limit / 10);
    texts.push(text);
    length += text.length;
  }
  return texts;
}

function windowsOf({ positions }) {
  const found = [];
  for (let at = 0; at + 4 <= positions.length; at++) {
    const window = positions.slice(at, at + 4).map(({ members }) => members);
    if (window.reduce((ways, members) => ways * members.length, 1) > MOST_SPELLINGS) continue;
    found.push({
      key: window.join(),
      low: window.map((members) => members.reduce((mask, byte) => mask | (1 << (byte & 15)), 0)),
      high: window.map((members) => members.reduce((mask, byte) => mask | (1 << (byte >> 4)), 0)),
    });
  }
  return found;
}

/** The first bucket that lets a window of an anchor through today. */
function placeToday(found) {
  const places = today.flatMap(({ low, high }, bucket) => {
    const window = found.findIndex((one) =>
      WINDOW.every((at) => (one.low[at] & ~low[at]) === 0 && (one.high[at] & ~high[at]) === 0),
    );
    return window < 0 ? [] : [{ window, bucket }];
  });
  return places[0];
}

function bucketAt(bucket) {
  const low = [0, 0, 0, 0];
  const high = [0, 0, 0, 0];
  state.forEach((place, i) => {
    if (place.bucket !== bucket) return;
    const window = windows[i][place.window];
    for (const at of WINDOW) {
      low[at] |= window.low[at];
      high[at] |= window.high[at];
    }
  });
  return { low, high };
}

/** How many places of the sample a bucket lets through. */
function cost({ low, high }) {
  const key = `${low} ${high}`;
  let passed = costs.get(key);
  if (passed !== undefined) return passed;
  passed = 0;
  const tables = WINDOW.map((i) =>
    Uint8Array.from({ length: 256 }, (_, b) => (low[i] >> (b & 15)) & (high[i] >> (b >> 4)) & 1),
  );
  const [a, b, c, d] = grams.bytes;
  for (let i = 0; i < a.length; i++) {
    if (tables[0][a[i]] & tables[1][b[i]] & tables[2][c[i]] & tables[3][d[i]])
      passed += grams.counts[i];
  }
  if (costs.size > 500_000) costs.clear();
  costs.set(key, passed);
  return passed;
}

/** Many anchors share a word: those that share a window in a bucket move together. */
function step(temperature) {
  const i = Math.floor(random() * state.length);
  const from = { ...state[i], key: windows[i][state[i].window].key };
  const isOther = random() < 0.5;
  const bucket = isOther ? Math.floor(random() * BUCKET_COUNT) : from.bucket;
  const window = isOther ? from.window : Math.floor(random() * windows[i].length);
  const { key } = windows[i][window];
  const moved = [];
  for (const [j, place] of state.entries()) {
    if (place.bucket !== from.bucket || windows[j][place.window].key !== from.key) continue;
    const to = windows[j].findIndex((one) => one.key === key);
    if (to < 0) continue;
    moved.push([j, place]);
    state[j] = { window: to, bucket };
  }
  const touched = [...new Set([from.bucket, bucket])];
  const fresh = touched.map((each) => cost(bucketAt(each)));
  const change = sum(fresh) - sum(touched.map((each) => current[each]));
  if (change > 0 && random() >= Math.exp(-change / temperature)) {
    for (const [j, place] of moved) state[j] = place;
    return;
  }
  touched.forEach((each, n) => {
    current[each] = fresh[n];
  });
}

/** The same numbers in every run (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sum(numbers) {
  return numbers.reduce((all, number) => all + number, 0);
}
