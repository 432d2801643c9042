// Vectors of chains: each has one thing wrong, or nothing.
import { leafHash } from '../../dist/lib/audit/leaf.js';
import { pruningFields } from '../../dist/lib/audit/pruning.js';
import { createLog, exchange, filesOf, joined, keysFrom, segmentName, usualLog } from './log.mjs';

const keys = keysFrom('one');
const others = keysFrom('two');
const FIRST = segmentName(0);

/** Changes the lines of the first segment. */
function changed(change) {
  const files = filesOf(usualLog(keys));
  const lines = files.get(FIRST).toString('utf8').slice(0, -1).split('\n');
  change(lines);
  files.set(FIRST, Buffer.from(`${lines.join('\n')}\n`));
  return files;
}

/** Changes the text of one file. */
function edited(name, change, log = usualLog(keys)) {
  const files = filesOf(log);
  files.set(name, Buffer.from(change(files.get(name).toString('utf8'))));
  return files;
}

/** A log whose last lines are another history, hash chain and all. */
function rewritten(from) {
  const log = usualLog(keys);
  const files = filesOf(log);
  const fork = createLog(keys);
  fork.append('start', { version: '0.1.0', pid: 4712 });
  while (fork.tree.size < from) exchange(fork, 'session-x', `other-${fork.tree.size}`);
  return { files, fork };
}

/** A log of three segments, of which the last line of the second announces that the first one goes. */
function pruned(change = (fields) => fields, more = (log) => log.checkpoint()) {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  log.rotate();
  exchange(log, 'session-a', 'request-2');
  const next = log.starts[1];
  log.rotate(change(pruningFields(0, { next, frontier: log.tree.frontier(next) })));
  exchange(log, 'session-a', 'request-3');
  more(log);
  const files = filesOf(log);
  files.delete(FIRST);
  return files;
}

function withoutNotes(log) {
  const files = filesOf(log);
  files.delete('checkpoint');
  return files;
}

function logWith(by, disk = by) {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  log.checkpoint(undefined, by);
  const files = filesOf(log);
  files.set('checkpoint', Buffer.from(log.note(undefined, disk)));
  return files;
}

const CHAIN = { kind: 'chain', path: 'chain', exit: 1 };

export function chainVectors() {
  const whole = usualLog(keys);
  const end = whole.tree.size;
  const { files: genuine, fork } = rewritten(end);
  const forkFiles = filesOf(fork);
  return {
    good: { ...CHAIN, exit: 0, why: 'as it was written', files: filesOf(whole) },
    'good-kept-notes': {
      ...CHAIN,
      exit: 0,
      why: 'with kept notes, of which one was cut short, and notes an auditor kept of this and of another log',
      known: ['known.notes'],
      files: new Map([
        ...filesOf(whole),
        [
          'checkpoints/2026-01-02.notes',
          Buffer.from(`${whole.note(4)}\n${whole.note(9).slice(0, 60)}\n\n${whole.note(12)}\n`),
        ],
        ['known.notes', Buffer.from(`${whole.note(7)}\n${others.origin}\n`)],
      ]),
    },
    'good-segment': {
      ...CHAIN,
      exit: 0,
      path: segmentName(whole.starts[1]),
      why: 'its second segment alone: a checkpoint line carries what is needed of the lines before',
      files: new Map([
        [segmentName(whole.starts[1]), filesOf(whole).get(segmentName(whole.starts[1]))],
      ]),
    },
    'segment-with-its-note': {
      ...CHAIN,
      exit: 0,
      path: segmentName(0),
      why: 'its first segment alone, with the note that lies beside it: signed to its last line',
      files: new Map([
        [segmentName(0), filesOf(whole).get(segmentName(0))],
        [segmentName(0).replace('jsonl', 'note'), Buffer.from(whole.note(whole.starts[1]))],
      ]),
    },
    'segment-with-a-forged-note': {
      ...CHAIN,
      path: segmentName(0),
      why: 'a segment whose note another key signed',
      files: new Map([
        [segmentName(0), filesOf(whole).get(segmentName(0))],
        [segmentName(0).replace('jsonl', 'note'), Buffer.from(whole.note(whole.starts[1], others))],
      ]),
    },
    'unsigned-tail': {
      ...CHAIN,
      exit: 3,
      why: 'lines after the last checkpoint, too old to be waiting for their signature',
      files: edited('checkpoint', () => whole.note(15), usualLog(keys, false)),
    },
    torn: {
      ...CHAIN,
      exit: 3,
      why: 'the beginning of a line at the end, long ago',
      files: edited(segmentName(whole.starts[1]), (text) => `${text}{"seq":${end},"ts":"2026-`),
    },
    truncated: {
      ...CHAIN,
      why: 'the last line, which is signed, was cut short',
      files: edited(segmentName(whole.starts[1]), (text) => text.slice(0, -20)),
    },
    'beginning-missing': {
      ...CHAIN,
      exit: 3,
      why: 'the first segment is not there',
      files: new Map([...filesOf(whole)].filter(([name]) => name !== FIRST)),
    },
    pruned: {
      ...CHAIN,
      exit: 0,
      why: 'the first segment was removed, as a signed line of the second says',
      files: pruned(),
    },
    'pruned-without-checkpoint-lines': {
      ...CHAIN,
      exit: 0,
      why: 'the first segment was removed; the tree goes on from what the line says of it',
      files: pruned(undefined, () => {}),
    },
    'pruned-more-than-announced': {
      ...CHAIN,
      exit: 3,
      why: 'the line announces that less was removed than is missing',
      files: pruned(() => pruningFields(0, { next: 2, frontier: [Buffer.alloc(32, 1)] })),
    },
    'pruned-unsigned': {
      ...CHAIN,
      exit: 3,
      why: 'the line that announces the removal is not signed',
      files: (() => {
        const files = pruned(undefined, () => {});
        files.delete('checkpoint');
        return files;
      })(),
    },
    'pruned-another-tree': {
      ...CHAIN,
      why: 'the tree that the line says of what was removed is not that of what was signed',
      files: pruned(
        (fields) => ({
          ...fields,
          frontier: fields.frontier.map(() => Buffer.alloc(32, 1).toString('base64')),
        }),
        () => {},
      ),
    },
    edited: {
      ...CHAIN,
      why: 'a byte of a line was changed',
      files: changed((lines) => {
        lines[3] = lines[3].replace('anthropic', 'anthropik');
      }),
    },
    inserted: {
      ...CHAIN,
      why: 'a line was inserted that fits the one before it',
      files: changed((lines) => {
        lines.splice(4, 0, lines[4].replace('request-1', 'request-9'));
      }),
    },
    dropped: {
      ...CHAIN,
      why: 'a line was taken out',
      files: changed((lines) => {
        lines.splice(4, 1);
      }),
    },
    reordered: {
      ...CHAIN,
      why: 'two lines changed places',
      files: changed((lines) => {
        [lines[4], lines[5]] = [lines[5], lines[4]];
      }),
    },
    'tail-cut': {
      ...CHAIN,
      why: 'the end was cut off after the last checkpoint in the chain; the latest one is still there',
      files: edited(
        segmentName(whole.starts[1]),
        (text) => `${text.split('\n').slice(0, 7).join('\n')}\n`,
      ),
    },
    'rolled-back': {
      ...CHAIN,
      why: 'the end was cut off and the latest checkpoint replaced by an earlier one; an auditor kept a later note',
      known: ['known.notes'],
      files: (() => {
        const files = edited(
          segmentName(whole.starts[1]),
          (text) => `${text.split('\n').slice(0, 7).join('\n')}\n`,
        );
        files.set('checkpoint', Buffer.from(whole.note(whole.starts[1] + 6)));
        files.set('known.notes', Buffer.from(whole.note()));
        return files;
      })(),
    },
    'forged-without-a-key': {
      ...CHAIN,
      exit: 3,
      why: 'a log of whole cloth, without any checkpoint: nothing contradicts it, and nobody vouches for it',
      files: withoutNotes(
        (() => {
          const log = createLog(keys);
          for (let each = 0; each < 4; each++) exchange(log, 'session-a', `request-${each}`);
          return log;
        })(),
      ),
    },
    'forged-with-another-key': {
      ...CHAIN,
      why: 'its checkpoint line is signed by another key under the same name',
      files: logWith(others),
    },
    'forged-latest-checkpoint': {
      ...CHAIN,
      why: 'the latest checkpoint is signed by another key',
      files: logWith(keys, others),
    },
    'replayed-signature': {
      ...CHAIN,
      why: 'the signature of an earlier checkpoint under the text of a later one',
      files: edited(
        'checkpoint',
        (text) => `${text.split('\n\n')[0]}\n\n${whole.note(5).split('\n\n')[1]}`,
      ),
    },
    'replayed-checkpoint-line': {
      ...CHAIN,
      why: 'a checkpoint line whose signature is of another checkpoint',
      files: (() => {
        const log = createLog(keys);
        exchange(log, 'session-a', 'request-1');
        const fields = log.checkpointFields(3);
        const note = `${fields.note.split('\n\n')[0]}\n\n${log.note(2).split('\n\n')[1]}`;
        log.append('checkpoint', { ...fields, note });
        return filesOf(log);
      })(),
    },
    'checkpoint-of-the-future': {
      ...CHAIN,
      why: 'a checkpoint line that covers more lines than there are before it',
      files: (() => {
        const log = createLog(keys);
        exchange(log, 'session-a', 'request-1');
        const fields = log.checkpointFields(3);
        log.append('checkpoint', { ...fields, size: 4 });
        return filesOf(log);
      })(),
    },
    forked: {
      ...CHAIN,
      why: 'another history than the one that was signed: intact in itself, its checkpoint lines left out',
      files: new Map([...forkFiles, ['checkpoint', genuine.get('checkpoint')]]),
    },
    'forked-checkpoint-line': {
      ...CHAIN,
      why: 'another history with a genuine checkpoint line of the first one',
      files: (() => {
        const log = createLog(keys);
        exchange(log, 'session-y', 'request-1');
        exchange(log, 'session-y', 'request-2');
        log.append('checkpoint', whole.checkpointFields(4));
        return withoutNotes(log);
      })(),
    },
    'duplicate-key': {
      ...CHAIN,
      why: 'a line has a key twice',
      files: oddLine((text) => text.replace('"host":', '"host":"api.openai.com","host":')),
    },
    'escaped-for-nothing': {
      ...CHAIN,
      why: 'a character is escaped that lines do not escape',
      files: oddLine((text) => text.replace('api.', '\\u0061pi.')),
    },
    'white-space': {
      ...CHAIN,
      why: 'a space between members',
      files: oddLine((text) => text.replace(',"host"', ', "host"')),
    },
    fraction: {
      ...CHAIN,
      why: 'a number that is no integer',
      files: oddLine((text) => text.replace('"restored":2', '"restored":2.5')),
    },
    'non-canonical-base64': {
      ...CHAIN,
      why: 'the unused bits of a signature are not zero',
      files: edited('checkpoint', (text) =>
        text.replace(/(.)=\n$/, (_, digit) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}=\n`),
      ),
    },
    'non-canonical-prev-hash': {
      ...CHAIN,
      why: 'the unused bits of a prev_hash are not zero',
      files: oddLine((text) =>
        text.replace(
          /(.)=","frameworks/,
          (_, digit) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}=","frameworks`,
        ),
      ),
    },
    'swapped-segment': {
      ...CHAIN,
      why: 'the second segment is that of another log',
      files: (() => {
        const files = filesOf(whole);
        const name = segmentName(whole.starts[1]);
        return files.set(name, filesOf(usualLog(others)).get(name));
      })(),
    },
    'segment-without-its-seal': {
      ...CHAIN,
      why: 'a segment that another one follows does not end with a rotation line',
      files: (() => {
        const log = createLog(keys);
        exchange(log, 'session-a', 'request-1');
        log.starts.push(log.tree.size);
        exchange(log, 'session-a', 'request-2');
        return filesOf(log);
      })(),
    },
  };
}

/** A log whose last line but one is spelled in another way, and everything after it as if it were right. */
function oddLine(change) {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  const odd = Buffer.from(change(log.lines[2].toString('utf8')));
  if (odd.equals(log.lines[2])) throw new Error('the change changes nothing');
  const files = filesOf(log);
  const after = Buffer.from(
    `{"seq":3,"ts":"2026-01-02T03:04:10.678Z","line_type":"heartbeat","prev_hash":"${leafHash(odd)}","frameworks":[]}`,
  );
  files.set(FIRST, joined([log.lines[0], log.lines[1], odd, after]));
  files.delete('checkpoint');
  return files;
}
