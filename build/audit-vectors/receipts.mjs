// Vectors of receipts.
import { formatReceipt } from '../../dist/lib/audit/receipt.js';
import { keysFrom, usualLog } from './log.mjs';

const keys = keysFrom('one');
const others = keysFrom('two');
const PATH = 'receipt.tlog-proof';

export function receiptVectors() {
  const log = usualLog(keys);
  const other = usualLog(others);
  const size = log.tree.size;
  const receipt = (index, more = {}) => ({
    index,
    line: log.lines[index],
    path: log.tree.inclusion(index, size),
    note: log.note(),
    ...more,
  });
  const vector = (exit, why, text) => ({
    kind: 'receipt',
    path: PATH,
    exit,
    why,
    files: new Map([[PATH, Buffer.from(text)]]),
  });
  const good = formatReceipt(receipt(2));
  const edited = Buffer.from(log.lines[2].toString('utf8').replace('anthropic', 'anthropik'));
  return {
    'receipt-good': vector(0, 'the receipt of a redaction', good),
    'receipt-of-the-first-line': vector(
      0,
      'the receipt of line 0 by an early checkpoint',
      formatReceipt({ ...receipt(0), path: log.tree.inclusion(0, 1), note: log.note(1) }),
    ),
    'receipt-of-another-index': vector(
      1,
      'the proof of another line',
      formatReceipt(receipt(2, { path: receipt(4).path })),
    ),
    'receipt-index-edited': vector(
      1,
      'its index says another line',
      good.replace('index 2', 'index 4'),
    ),
    'receipt-edited': vector(
      1,
      'its line was changed',
      formatReceipt(receipt(2, { line: edited })),
    ),
    'receipt-beyond-the-checkpoint': vector(
      1,
      'its checkpoint does not cover the line',
      formatReceipt(receipt(5, { path: receipt(5).path, note: log.note(5) })),
    ),
    'receipt-forged-with-another-key': vector(
      1,
      'a receipt of another log',
      formatReceipt({
        index: 2,
        line: other.lines[2],
        path: other.tree.inclusion(2, size),
        note: other.note(),
      }),
    ),
    'receipt-non-canonical-base64': vector(
      1,
      'the unused bits of a hash in its proof are not zero',
      good.replace(
        /([AEIMQUYcgkosw048])=\n/,
        (_, digit) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}=\n`,
      ),
    ),
    'receipt-one-hash-too-many': vector(
      1,
      'a hash too many in its proof',
      formatReceipt(receipt(2, { path: [...receipt(2).path, receipt(2).path[0]] })),
    ),
    'receipt-replayed-signature': vector(
      1,
      'the signature of another checkpoint',
      formatReceipt(
        receipt(2, { note: `${log.note().split('\n\n')[0]}\n\n${log.note(7).split('\n\n')[1]}` }),
      ),
    ),
  };
}
