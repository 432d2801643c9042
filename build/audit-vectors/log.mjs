// A log of made-up lines, signed with keys that everybody knows: for test vectors alone.
import { createHash } from 'node:crypto';
import { signCheckpoint } from '../../dist/lib/audit/checkpoint.js';
import { publicKeyOf } from '../../dist/lib/audit/ed25519.js';
import { leafHash, ZERO_HASH } from '../../dist/lib/audit/leaf.js';
import { buildLine } from '../../dist/lib/audit/line.js';
import { formatPublicKeys } from '../../dist/lib/audit/public-keys.js';
import { formatReceipt } from '../../dist/lib/audit/receipt.js';
import { openTree } from '../../dist/lib/audit/tree.js';
import { formatVkey, verifierKey } from '../../dist/lib/audit/vkey.js';

const ORIGIN = 'waterwall.local/00000000000000aa';
const BEGINS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Both keys of a log, from a word. */
export function keysFrom(word, origin = ORIGIN) {
  const seedOf = (what) => createHash('sha256').update(`waterwall test ${what} ${word}`).digest();
  const [seed, manifestSeed] = [seedOf('log'), seedOf('manifest')];
  const log = verifierKey(origin, publicKeyOf(seed));
  const manifest = verifierKey(`${origin}/manifest`, publicKeyOf(manifestSeed));
  return { origin, seed, manifestSeed, log, manifest, pub: formatPublicKeys({ log, manifest }) };
}

/** A log that is being written, in memory. */
export function createLog(keys) {
  const lines = [];
  const starts = [0];
  const tree = openTree();
  let head = { length: 0, hash: ZERO_HASH };
  const log = {
    keys,
    lines,
    tree,
    starts,
    append(type, fields = {}, seconds = 1) {
      log.now += seconds * 1000;
      const line = buildLine(head, new Date(log.now), type, fields).subarray(0, -1);
      head = { length: head.length + 1, hash: leafHash(line) };
      tree.add(Buffer.from(head.hash, 'base64'));
      lines.push(line);
      return head.length - 1;
    },
    now: BEGINS,
    /** The keys, by the sizes from which they sign. */
    epochs: [{ from: 0, by: keys }],
    keyFor: (size) => log.epochs.findLast(({ from }) => from <= size).by,
    note: (size = tree.size, by = log.keyFor(size)) =>
      signCheckpoint(size, tree.root(size), by.log, by.seed),
    /** Another key takes over: its line, and the receipt of it; each may say another thing. */
    takeOver(by, { vkey = formatVkey(by.log), next = vkey, signer = log.keyFor(tree.size) } = {}) {
      const index = log.append('key', { epoch: log.epochs.length, vkey });
      const size = tree.size;
      const note = signCheckpoint(size, tree.root(size), signer.log, signer.seed, next);
      const path = tree.inclusion(index, size);
      const receipt = formatReceipt({ index, line: lines[index], path, note });
      log.receipts.push([epochName(index), Buffer.from(receipt)]);
      log.epochs.push({ from: size + 1, by });
      return index;
    },
    receipts: [],
    /** What a checkpoint line says; `by` may be somebody else. */
    checkpointFields: (size = tree.size, by = log.keyFor(size)) => ({
      size,
      path: tree.inclusion(size - 1, size).map((node) => node.toString('base64')),
      note: log.note(size, by),
    }),
    checkpoint: (size, by) => log.append('checkpoint', log.checkpointFields(size, by)),
    rotate(fields) {
      log.append('rotation', fields);
      starts.push(head.length);
    },
  };
  log.append('key', {
    origin: keys.origin,
    vkey: formatVkey(keys.log),
    manifest_vkey: formatVkey(keys.manifest),
  });
  return log;
}

const TYPES = ['AWS_ACCESS_KEY', 'GITHUB_TOKEN', 'JWT_TOKEN'];
const hmac = (seed) => createHash('sha256').update(String(seed)).digest('hex').slice(0, 16);

/** One request with two secrets and its answer, in a session. */
export function exchange(log, session, request) {
  const name = { host: 'api.anthropic.com', session, request };
  const seq = log.tree.size;
  const redactions = [0, 1].map((at) => ({ type: TYPES[(seq + at) % 3], hmac: hmac(seq + at) }));
  const policy_hash = createHash('sha256').update('policy').digest('hex');
  log.append('redaction', { ...name, redactions, policy_hash });
  const types = Object.fromEntries(redactions.map(({ type }) => [type, 1]));
  log.append('detokenization', { ...name, restored: 2, types, unknown_placeholders: 0 });
}

/** The log that most vectors are made from: two segments, twenty-some lines, stopped. */
export function usualLog(keys, stopped = true) {
  const log = createLog(keys);
  log.append('start', { version: '0.1.0', pid: 4711, policy_hash: hmac('p').repeat(4) });
  for (let each = 0; each < 3; each++) exchange(log, 'session-a', `request-${each}`);
  log.checkpoint(log.tree.size - 1);
  log.append('refusal', { host: 'api.openai.com', session: 'sessiön-b', code: 'unscannable-body' });
  log.rotate();
  for (let each = 3; each < 6; each++) exchange(log, 'session-a', `request-${each}`);
  log.checkpoint();
  exchange(log, undefined ?? 'session-c', 'request-6');
  log.append('heartbeat', { idle_seconds: 300, policy_hash: hmac('p').repeat(4) }, 300);
  if (stopped) {
    log.append('stop');
    log.checkpoint();
  }
  return log;
}

/** The files of a log folder, by their names. */
export function filesOf(log) {
  const files = new Map();
  for (const [index, start] of log.starts.entries()) {
    const lines = log.lines.slice(start, log.starts[index + 1]);
    files.set(segmentName(start), joined(lines));
  }
  for (const [name, receipt] of log.receipts) files.set(name, receipt);
  files.set('checkpoint', Buffer.from(log.note()));
  return files;
}

export function segmentName(start) {
  return `chain/${String(start).padStart(20, '0')}.jsonl`;
}

/** The receipt of a line that announces a key. */
export function epochName(index) {
  return `chain/${String(index).padStart(20, '0')}.tlog-proof`;
}

export function joined(lines) {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}
