// Vectors of logs whose key was followed by others.
import { pruningFields } from '../../dist/lib/audit/pruning.js';
import { formatReceipt } from '../../dist/lib/audit/receipt.js';
import { formatVkey } from '../../dist/lib/audit/vkey.js';
import { endSession, exported, listed, packed } from './bundles.mjs';
import { createLog, epochName, exchange, filesOf, keysFrom, segmentName } from './log.mjs';

const keys = keysFrom('one');
const second = keysFrom('epoch two');
const third = keysFrom('epoch three');
const strange = keysFrom('of nobody');
const elsewhere = keysFrom('one', 'waterwall.local/00000000000000bb');

/** Three epochs in two segments; each has a checkpoint line by the key that signs then. */
function threeEpochs({ change, stopped = true } = {}) {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  log.checkpoint();
  log.takeOver(second, change);
  exchange(log, 'session-a', 'request-2');
  log.checkpoint();
  log.rotate();
  exchange(log, 'session-a', 'request-3');
  log.takeOver(third);
  exchange(log, 'session-a', 'request-4');
  log.checkpoint();
  if (stopped) log.append('stop');
  return log;
}

const CHAIN = { kind: 'chain', path: 'chain', exit: 1 };
const chain = (why, files, more = {}) => ({ ...CHAIN, ...more, why, files });

/** The files of a log, some of them replaced, or (undefined) left out. */
function withFiles(log, changes) {
  const files = filesOf(log);
  for (const [name, content] of Object.entries(changes)) {
    if (content === undefined) files.delete(name);
    else files.set(name, Buffer.from(content));
  }
  return files;
}

/** A log that ends with a line in its second epoch and a checkpoint line of this size by this key. */
function checkpointBy(by, size) {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  const announced = log.takeOver(second);
  exchange(log, 'session-a', 'request-2');
  log.checkpoint(size(announced), by);
  return filesOf(log);
}

function chainVectors() {
  const log = threeEpochs();
  const [first, later] = log.receipts.map(([name]) => name);
  const announced = Number(first.slice(6, 26));
  const size = announced + 1;
  const [from, until] = log.starts;
  const receiptOf = (more) =>
    formatReceipt({
      index: announced,
      line: log.lines[announced],
      path: log.tree.inclusion(announced, size),
      note: log.note(size),
      ...more,
    });
  return {
    'epochs-good': chain('three epochs, as they were written', filesOf(log), { exit: 0 }),
    'epochs-good-segment': chain(
      'its second segment alone, with the receipts of key epochs beside it',
      withFiles(log, {
        [segmentName(from)]: undefined,
        [segmentName(until).replace('jsonl', 'note')]: log.note(),
        checkpoint: undefined,
      }),
      { exit: 0, path: segmentName(until) },
    ),
    'epochs-pruned': chain(
      'the segment with the line that announced the second key was removed; its receipt is there',
      (() => {
        const open = threeEpochs({ stopped: false });
        const next = open.starts[1];
        open.rotate(pruningFields(0, { next, frontier: open.tree.frontier(next) }));
        exchange(open, 'session-a', 'request-5');
        open.checkpoint();
        return withFiles(open, { [segmentName(0)]: undefined });
      })(),
      { exit: 0 },
    ),
    'epochs-good-receipt-that-announces-nothing': chain(
      'a receipt of another line lies beside the chain',
      withFiles(log, {
        [epochName(1)]: formatReceipt({
          index: 1,
          line: log.lines[1],
          path: log.tree.inclusion(1, 3),
          note: log.note(3),
        }),
      }),
      { exit: 0 },
    ),
    'epochs-announced-and-not-followed': chain(
      'the last line announces a key, and nothing covers it yet: long ago',
      (() => {
        const open = createLog(keys);
        exchange(open, 'session-a', 'request-1');
        const checkpoint = open.note();
        open.append('key', { epoch: 1, vkey: formatVkey(second.log) });
        return withFiles(open, { checkpoint });
      })(),
      { exit: 3 },
    ),
    'epochs-line-without-its-receipt': chain(
      'a line names a key, but no receipt does: the key before it goes on',
      (() => {
        const open = createLog(keys);
        exchange(open, 'session-a', 'request-1');
        open.append('key', { epoch: 1, vkey: formatVkey(second.log) });
        exchange(open, 'session-a', 'request-2');
        open.append('stop');
        return filesOf(open);
      })(),
      { exit: 0 },
    ),
    'epochs-receipt-missing': chain(
      'the receipt of the first change of keys is missing: nothing leads to the second key',
      withFiles(log, { [first]: undefined }),
    ),
    'epochs-last-receipt-missing': chain(
      'the receipt of the last change of keys is missing',
      withFiles(log, { [later]: undefined }),
    ),
    'epochs-receipt-forged-with-another-key': chain(
      'a receipt of a change of keys that another key signed, and a log that goes on with it',
      filesOf(threeEpochs({ change: { signer: strange } })),
    ),
    'epochs-receipt-signed-by-its-own-key': chain(
      'the key that takes over signs for itself',
      filesOf(threeEpochs({ change: { signer: second } })),
    ),
    'epochs-receipt-without-next': chain(
      'a genuine receipt of the line, whose checkpoint names no key: the signer did not end the epoch',
      withFiles(log, { [first]: receiptOf() }),
    ),
    'epochs-receipt-of-a-larger-checkpoint': chain(
      'the checkpoint of the receipt does not end with its line',
      (() => {
        const open = createLog(keys);
        exchange(open, 'session-a', 'request-1');
        const index = open.append('key', { epoch: 1, vkey: formatVkey(second.log) });
        exchange(open, 'session-a', 'request-2');
        const { size: last } = open.tree;
        const receipt = open.takeOver(second) && open.receipts.pop();
        const note = receipt[1].toString('utf8').split(/\n\n(.*)/s)[1];
        return withFiles(open, {
          [epochName(index)]: formatReceipt({
            index,
            line: open.lines[index],
            path: open.tree.inclusion(index, last + 1),
            note,
          }),
          checkpoint: open.note(last, keys),
        });
      })(),
    ),
    'epochs-line-names-another-key': chain(
      'the line names another key than the checkpoint that covers it',
      filesOf(
        threeEpochs({ change: { vkey: formatVkey(strange.log), next: formatVkey(second.log) } }),
      ),
    ),
    'epochs-key-of-another-log': chain(
      'the key that takes over has the name of another log',
      filesOf(threeEpochs({ change: { vkey: formatVkey(elsewhere.log) } })),
    ),
    'epochs-key-malformed': chain(
      'the id of the key that takes over is not its own',
      filesOf(
        threeEpochs({ change: { vkey: formatVkey(second.log).replace(/\+.{8}\+/, '+00000000+') } }),
      ),
    ),
    'epochs-line-of-another-type': chain(
      'the line that the receipt proves is no key line',
      (() => {
        const open = createLog(keys);
        exchange(open, 'session-a', 'request-1');
        const vkey = formatVkey(second.log);
        const append = open.append;
        open.append = (_, fields) => append('heartbeat', fields);
        open.takeOver(second, { vkey });
        open.append = append;
        exchange(open, 'session-a', 'request-2');
        return filesOf(open);
      })(),
    ),
    'epochs-receipt-twice': chain(
      'the receipt of an epoch that had ended, under a later name',
      withFiles(log, { [epochName(announced + 1)]: filesOf(log).get(first) }),
    ),
    'wrong-epoch-new-key-on-an-old-size': chain(
      'the latest checkpoint is of the last size of the first key, and signed by the second',
      withFiles(log, { checkpoint: log.note(size, second) }),
    ),
    'wrong-epoch-old-key-on-a-new-size': chain(
      'the latest checkpoint is signed by the first key, whose time was over',
      withFiles(log, { checkpoint: log.note(size + 1, keys) }),
    ),
    'wrong-epoch-in-a-checkpoint-line': chain(
      'a checkpoint line is signed by the key before',
      checkpointBy(keys, (index) => index + 2),
    ),
    'wrong-epoch-early-in-a-checkpoint-line': chain(
      'a checkpoint line is signed by the key after',
      checkpointBy(second, (index) => index + 1),
    ),
    'wrong-epoch-beside-a-segment': chain(
      'the note beside a segment is signed by the first key',
      withFiles(log, { [segmentName(from).replace('jsonl', 'note')]: log.note(until, keys) }),
    ),
    'wrong-epoch-kept-notes': chain(
      'kept notes of keys whose epoch it is not say nothing',
      withFiles(log, {
        'known.notes': `${fork(log).note(until, keys)}\n${log.note(5)}\n${fork(log).note(3, third)}`,
      }),
      { exit: 0, known: ['known.notes'] },
    ),
    'epochs-cut-off-before-a-change': chain(
      'the log ends before the line with which a key took over, whose receipt is there',
      withFiles(log, {
        [segmentName(from)]: `${log.lines.slice(0, announced).join('\n')}\n`,
        [segmentName(until)]: undefined,
        [later]: undefined,
        checkpoint: log.note(announced),
      }),
    ),
    'epochs-forked-before-a-change': chain(
      'another history up to the line with which a key took over, whose receipt is there',
      (() => {
        const other = createLog(keys);
        while (other.tree.size <= size) exchange(other, 'session-x', `other-${other.tree.size}`);
        return withFiles(other, {
          [first]: filesOf(log).get(first),
          checkpoint: other.note(announced),
        });
      })(),
    ),
  };
}

/** Another history of the same keys, as long. */
function fork(log) {
  const other = createLog(keys);
  while (other.tree.size < log.tree.size) exchange(other, 'session-x', `other-${other.tree.size}`);
  return other;
}

function receiptVectors() {
  const log = threeEpochs();
  const size = log.tree.size;
  const receipt = (index, note = log.note(), at = size) =>
    formatReceipt({ index, line: log.lines[index], path: log.tree.inclusion(index, at), note });
  const vector = (exit, why, text, epochs) => ({
    kind: 'receipt',
    path: 'receipts/receipt.tlog-proof',
    epochs: 'chain',
    exit,
    why,
    files: new Map([['receipts/receipt.tlog-proof', Buffer.from(text)], ...epochs]),
  });
  const last = log.lines.findLastIndex((line) => line.includes('redaction'));
  const announced = Number(log.receipts[0][0].slice(6, 26));
  return {
    'receipt-of-a-later-epoch': vector(
      0,
      'the receipt of a line by a checkpoint of the third key, with the receipts of both changes',
      receipt(last),
      log.receipts,
    ),
    'receipt-of-a-change-of-keys': vector(
      0,
      'the receipt with which a key took over is a receipt like any other',
      log.receipts[0][1].toString('utf8'),
      log.receipts,
    ),
    'receipt-of-a-later-epoch-alone': vector(
      1,
      'the receipt of a later epoch, without those of the changes of keys',
      receipt(last),
      [],
    ),
    'receipt-of-a-wrong-epoch': vector(
      1,
      'the receipt of a line by a checkpoint of the first key, whose time was over',
      receipt(last, log.note(size, keys)),
      log.receipts,
    ),
    'receipt-of-a-wrong-epoch-early': vector(
      1,
      'the receipt of an early line by a checkpoint of its size that a later key signed',
      receipt(1, log.note(announced, second), announced),
      log.receipts,
    ),
  };
}

/** A log of three epochs with the manifest of its session, as a log folder's files. */
function evidence() {
  const log = threeEpochs({ stopped: false });
  const session = endSession(log, 'session-a');
  log.append('stop');
  return new Map([...filesOf(log), session]);
}

async function bundleVectors() {
  const whole = await exported(evidence());
  const middle = await exported(evidence(), {
    since: Date.UTC(2026, 0, 2, 3, 4, 13),
    until: Date.UTC(2026, 0, 2, 3, 4, 15),
  });
  const vector = (exit, why, entries) => ({
    kind: 'bundle',
    path: 'bundle.tar.gz',
    exit,
    why,
    files: new Map([['bundle.tar.gz', packed(entries)]]),
  });
  const [one, two] = whole.map(([name]) => name).filter((name) => /^chain.*proof$/.test(name));
  const without = (gone) => listed(whole.filter(([name]) => name !== gone));
  const late = whole.filter(([name]) => name !== two);
  const moved = whole.find(([name]) => name === two);
  const forged = threeEpochs({ change: { signer: strange } }).receipts[0][1];
  return {
    'bundle-epochs': vector(0, 'over three key epochs, as it was exported', whole),
    'bundle-epochs-range': vector(0, 'a range across a change of keys', middle),
    'bundle-epoch-left-out': vector(1, 'the receipt of a change of keys is missing', without(one)),
    'bundle-epoch-forged': vector(
      1,
      'the receipt of a change of keys was signed by another key',
      listed(whole.map(([name, bytes]) => [name, name === one ? forged : bytes])),
    ),
    'bundle-epoch-order': vector(
      1,
      'the receipt of a change of keys comes after the lines',
      listed(late.flatMap((entry) => (entry[0] === 'checkpoint' ? [moved, entry] : [entry]))),
    ),
  };
}

export async function epochVectors() {
  return { ...chainVectors(), ...receiptVectors(), ...(await bundleVectors()) };
}
