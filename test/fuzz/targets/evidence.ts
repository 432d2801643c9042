import { Readable } from 'node:stream';
import { openCheckpoint, signCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { signEnvelope } from '../../../lib/audit/dsse.ts';
import { publicKeyOf } from '../../../lib/audit/ed25519.ts';
import { openEnvelope } from '../../../lib/audit/envelope.ts';
import {
  entryBytes,
  readTar,
  TAR_END,
  TarFault,
  tarHeader,
  tarPadding,
} from '../../../lib/audit/evidence/tar.ts';
import { openEpoch } from '../../../lib/audit/key-epochs.ts';
import { leafHash, ZERO_HASH } from '../../../lib/audit/leaf.ts';
import { buildLine } from '../../../lib/audit/line.ts';
import { formatReceipt, openReceipt, parseReceipt } from '../../../lib/audit/receipt.ts';
import { EVIDENCE_BUNDLE, formatStatement, openStatement } from '../../../lib/audit/statement.ts';
import { formatVkey, verifierKey } from '../../../lib/audit/vkey.ts';
import { byteByByte, holds, type Target } from '../target.ts';

// What an auditor is given may come from anybody. Nothing that was changed is believed.

const SEED = Buffer.alloc(32, 3);
const KEY = verifierKey('log.example/waterwall', publicKeyOf(SEED));

const LINE = Buffer.from(
  '{"seq":0,"ts":"2026-01-01T00:00:00.000Z","line_type":"stop","prev_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","frameworks":["SOC2-CC7.2"]}',
);
const NOTE = signCheckpoint(1, Buffer.from(leafHash(LINE), 'base64'), KEY, SEED);
const RECEIPT = formatReceipt({ index: 0, line: LINE, path: [], note: NOTE });

const NEXT = formatVkey(verifierKey(KEY.name, publicKeyOf(Buffer.alloc(32, 4))));
const ANNOUNCEMENT = buildLine({ length: 0, hash: ZERO_HASH }, new Date(0), 'key', {
  epoch: 1,
  vkey: NEXT,
}).subarray(0, -1);
const EPOCH = formatReceipt({
  index: 0,
  line: ANNOUNCEMENT,
  path: [],
  note: signCheckpoint(1, Buffer.from(leafHash(ANNOUNCEMENT), 'base64'), KEY, SEED, NEXT),
});

const PAYLOAD = formatStatement(EVIDENCE_BUNDLE, {
  subjects: [{ name: 'chain', sha256: 'a'.repeat(64) }],
  predicate: { first: 0 },
});
const ENVELOPE = signEnvelope(PAYLOAD, KEY, SEED);
const FILES = [
  ['signing.pub', 'a key'],
  ['chain/00000000000000000000.jsonl', `${LINE}\n`],
] as const;
const TAR = Buffer.concat([
  ...FILES.flatMap(([name, text]) => [
    tarHeader(name, text.length),
    Buffer.from(text),
    tarPadding(text.length),
  ]),
  TAR_END,
]);

const WORDS = [
  '\n',
  '\n\n',
  ' ',
  '=',
  'A',
  '— ',
  'extra ',
  'index ',
  '0',
  '{',
  '}',
  '"',
  ',',
  ':',
  '\\u0041',
  '[',
  ']',
  '\0',
];

export const EVIDENCE: readonly Target[] = [
  {
    name: 'audit-receipt',
    seeds: [RECEIPT],
    words: WORDS,
    run(input) {
      const receipt = parseReceipt(input);
      if (!('fault' in receipt)) {
        const again = parseReceipt(Buffer.from(formatReceipt(receipt)));
        holds(!('fault' in again), 'it is not read again');
      }
      const opened = openReceipt(input, KEY);
      if ('fault' in opened) return;
      holds(opened.receipt.line.equals(LINE), 'another line is believed', {
        line: opened.receipt.line,
      });
      holds(opened.checkpoint.size === 1, 'another checkpoint is believed');
    },
  },
  {
    name: 'audit-epoch',
    seeds: [EPOCH, RECEIPT],
    words: [...WORDS, 'next ', NEXT],
    run(input) {
      const epoch = openEpoch(input, KEY);
      if ('fault' in epoch) return;
      holds(formatVkey(epoch.key) === NEXT && epoch.from === 2, 'another key is believed', epoch);
    },
  },
  {
    name: 'audit-checkpoint',
    seeds: [NOTE],
    words: WORDS,
    run(input) {
      const opened = openCheckpoint(input, KEY);
      if ('fault' in opened) return;
      holds(
        opened.size === 1 && opened.root.equals(Buffer.from(leafHash(LINE), 'base64')),
        'another checkpoint is believed',
      );
    },
  },
  {
    name: 'audit-envelope',
    seeds: [ENVELOPE],
    words: [...WORDS, '"payload":', '"signatures":', '"keyid":', '"__proto__":'],
    run(input) {
      const payload = openEnvelope(input, KEY);
      if ('fault' in payload) return;
      holds(payload.equals(PAYLOAD), 'another payload is believed', { payload });
      holds(!('fault' in openStatement(input, EVIDENCE_BUNDLE, KEY)), 'its statement is not read');
    },
  },
  {
    name: 'audit-tar',
    seeds: [TAR],
    words: ['\0\0\0\0', 'ustar', '../', '/', '0000644', '00000000012', 'x', '\xff'],
    longest: 8192,
    async run(input) {
      const whole = await filesIn([input]);
      const parted = await filesIn(byteByByte(input));
      holds(JSON.stringify(whole) === JSON.stringify(parted), 'byte by byte it differs');
      if (whole === undefined) return;
      for (const [name] of whole)
        holds(!/^\/|\.\.|\\|\0/.test(name), 'a name leaves its place', name);
      // One spelling only: what was read is written again as it was.
      const written = Buffer.concat([
        ...whole.flatMap(([name, text]) => {
          const bytes = Buffer.from(text, 'latin1');
          return [tarHeader(name, bytes.length), bytes, tarPadding(bytes.length)];
        }),
        TAR_END,
      ]);
      holds(written.equals(input), 'a bundle has two spellings');
    },
  },
];

/** Names and bytes; undefined where it is no tar file of ours. */
async function filesIn(chunks: readonly Buffer[]): Promise<[string, string][] | undefined> {
  const files: [string, string][] = [];
  try {
    for await (const entry of readTar(Readable.from(chunks))) {
      files.push([entry.name, (await entryBytes(entry, 10_000)).toString('latin1')]);
    }
    return files;
  } catch (error) {
    if (error instanceof TarFault) return undefined;
    throw error;
  }
}
