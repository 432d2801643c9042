// Vectors of evidence bundles.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { signEnvelope } from '../../dist/lib/audit/dsse.js';
import { exportEvidence } from '../../dist/lib/audit/evidence/export.js';
import { sessionFile } from '../../dist/lib/audit/evidence/names.js';
import { readTar, TAR_END, tarHeader, tarPadding } from '../../dist/lib/audit/evidence/tar.js';
import { membersOf, parseLine } from '../../dist/lib/audit/parse.js';
import { parsePublicKeys } from '../../dist/lib/audit/public-keys.js';
import { formatReceipt } from '../../dist/lib/audit/receipt.js';
import { formatSessionManifest, manifestFields } from '../../dist/lib/audit/session-manifest.js';
import { createSessionSums } from '../../dist/lib/audit/session-sums.js';
import { createLog, exchange, filesOf, keysFrom, segmentName, usualLog } from './log.mjs';

const keys = keysFrom('one');
const others = keysFrom('two');
const PATH = 'bundle.tar.gz';
const LIST = 'MANIFEST.dsse.json';

/** Ends a session: its manifest and the line that names it. Gives the file. */
export function endSession(log, session, by = keys) {
  const sums = createSessionSums();
  for (const bytes of log.lines) {
    const line = parseLine(bytes, {});
    sums.add({ ...line, members: membersOf(line) });
  }
  const sum = sums.sum(session);
  const size = log.tree.size;
  const payload = formatSessionManifest(
    { origin: keys.origin, size, root: log.tree.root(size) },
    'stop',
    sum,
  );
  const envelope = signEnvelope(payload, by.manifest, by.manifestSeed);
  log.append('manifest', manifestFields(sum, Buffer.from(envelope)));
  return [`manifests/${sessionFile(sum.first, sum.last)}`, Buffer.from(envelope)];
}

/** The usual log with the manifests of two of its sessions, as a log folder's files. */
function evidence(by = keys) {
  const log = usualLog(keys, false);
  const files = [endSession(log, 'session-a', by), endSession(log, 'session-c', by)];
  log.append('stop');
  log.checkpoint();
  exchange(log, 'session-d', 'request-9');
  return { log, files: new Map([...filesOf(log), ...files]) };
}

export async function exported(files, range = {}, by = keys) {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-vectors-'));
  try {
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const out = join(folder, 'out.tar.gz');
    const policy = Buffer.from('{"policy_hash":"none"}\n');
    await exportEvidence(
      {
        chain: join(folder, 'chain'),
        log: folder,
        manifests: join(folder, 'manifests'),
        keys: parsePublicKeys(keys.pub),
        publicKeys: Buffer.from(keys.pub),
        policy,
        policyHash: 'none',
        specification: Buffer.from('share/SPEC-audit.md\n'),
        verifier: Buffer.from('share/verify.py\n'),
      },
      {
        out,
        ...range,
        sign: async (payload) => signEnvelope(payload, by.manifest, by.manifestSeed),
      },
    );
    return entriesOf(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function entriesOf(bundle) {
  const entries = [];
  async function* whole() {
    yield gunzipSync(bundle);
  }
  for await (const entry of readTar(whole())) {
    const pieces = [];
    for await (const piece of entry.body) pieces.push(piece);
    entries.push([entry.name, Buffer.concat(pieces)]);
  }
  return entries;
}

export function packed(entries, header = tarHeader) {
  const blocks = entries.flatMap(([name, bytes, own]) => [
    own ?? header(name, bytes.length),
    bytes,
    tarPadding(bytes.length),
  ]);
  const bundle = gzipSync(Buffer.concat([...blocks, TAR_END]));
  bundle[9] = 255;
  return bundle;
}

/** The bundle with other files, and a manifest that lists them, signed as if nothing were wrong. */
export function listed(entries, change = (statement) => statement, by = keys) {
  const [[, envelope], ...files] = entries;
  const statement = JSON.parse(Buffer.from(JSON.parse(envelope).payload, 'base64'));
  statement.subject = files.map(([name, bytes]) => ({
    name,
    digest: { sha256: createHash('sha256').update(bytes).digest('hex') },
  }));
  const payload = Buffer.from(JSON.stringify(change(statement)));
  return [[LIST, Buffer.from(signEnvelope(payload, by.manifest, by.manifestSeed))], ...files];
}

export async function bundleVectors() {
  const { log, files } = evidence();
  const whole = await exported(files);
  const range = await exported(files, {
    since: Date.UTC(2026, 0, 2, 3, 4, 17),
    until: Date.UTC(2026, 0, 2, 3, 4, 24),
  });
  const receipts = whole.filter(([name]) => name.startsWith('receipts/'));
  const vector = (exit, why, bundle) => ({
    kind: 'bundle',
    path: PATH,
    exit,
    why,
    files: new Map([[PATH, bundle]]),
  });
  const without = (name) => whole.filter(([one]) => one !== name);
  const replaced = (name, change, entries = whole) =>
    entries.map(([one, bytes]) => [one, one === name ? Buffer.from(change(bytes)) : bytes]);
  const [session] = whole.find(([name]) => name.startsWith('manifests/'));
  const second = receipts[1][0];
  const fork = createLog(keys);
  while (fork.tree.size < log.tree.size) exchange(fork, 'session-x', `other-${fork.tree.size}`);
  const forkReceipt = formatReceipt({
    index: Number(second.slice(9, 29)),
    line: fork.lines[Number(second.slice(9, 29))],
    path: fork.tree.inclusion(Number(second.slice(9, 29)), log.tree.size),
    note: fork.note(),
  });
  const link = tarHeader('policy/policy.json', 0);
  link[156] = '2'.charCodeAt(0);
  const escaping = tarHeader('verify.py', 2);
  escaping.write('../verify.py\0', 0, 'latin1');
  return {
    'bundle-good': vector(0, 'as it was exported', packed(whole)),
    'bundle-range': vector(0, 'a range of lines from the middle of a segment on', packed(range)),
    'bundle-receipt-left-out': vector(1, 'a receipt is missing', packed(without(second))),
    'bundle-receipt-never-made': vector(
      1,
      'a receipt is missing, and the manifest does not list it',
      packed(listed(without(second))),
    ),
    'bundle-receipt-of-another-history': vector(
      1,
      'a receipt with another genuine checkpoint, of a fork',
      packed(listed(replaced(second, () => forkReceipt))),
    ),
    'bundle-receipts-exchanged': vector(
      1,
      'two receipts under the names of each other',
      packed(
        listed(
          replaced(
            second,
            () => receipts[0][1],
            replaced(receipts[0][0], () => receipts[1][1]),
          ),
        ),
      ),
    ),
    'bundle-file-swapped': vector(
      1,
      'the policy is another file',
      packed(replaced('policy/policy.json', () => '{"policy_hash":"some"}\n')),
    ),
    'bundle-file-added': vector(
      1,
      'a file that the manifest does not list',
      packed([...whole, ['zz', Buffer.from('?')]]),
    ),
    'bundle-file-of-no-kind': vector(
      1,
      'a file that no bundle has, listed',
      packed(listed([...whole, ['zz', Buffer.from('?')]])),
    ),
    'bundle-file-twice': vector(
      1,
      'a file is there twice',
      packed(whole.flatMap((entry) => (entry[0] === 'verify.py' ? [entry, entry] : [entry]))),
    ),
    'bundle-order': vector(
      1,
      'two files changed places',
      packed([...whole.slice(0, -2), whole.at(-1), whole.at(-2)]),
    ),
    'bundle-manifest-edited': vector(
      1,
      'a count in the signed list was changed',
      packed(
        replaced(LIST, (bytes) => {
          const envelope = JSON.parse(bytes);
          const payload = Buffer.from(envelope.payload, 'base64')
            .toString('utf8')
            .replace('"redactions":', '"redactions":1');
          return JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') });
        }),
      ),
    ),
    'bundle-manifest-forged-with-another-key': vector(
      1,
      'the list is signed by another key',
      packed(listed(whole, undefined, others)),
    ),
    'bundle-manifest-signed-by-the-log-key': vector(
      1,
      'the list is signed by the log key, which signs checkpoints alone',
      packed(listed(whole, undefined, { manifest: keys.log, manifestSeed: keys.seed })),
    ),
    'bundle-counts-wrong': vector(
      1,
      'a signed list whose counts are not those of the lines',
      packed(
        listed(whole, (statement) => ({
          ...statement,
          predicate: { ...statement.predicate, redactions: 1 },
        })),
      ),
    ),
    'bundle-line-edited': vector(
      1,
      'a line was changed, and the list made to fit',
      packed(
        listed(
          replaced(segmentName(0), (bytes) =>
            bytes.toString('utf8').replace('anthropic', 'anthropik'),
          ),
        ),
      ),
    ),
    'bundle-last-line-cut': vector(
      1,
      'the last line was taken out, and its receipt',
      packed(listed(cutLast(whole))),
    ),
    'bundle-segment-left-out': vector(
      1,
      'the second segment is missing, and the list made to fit',
      packed(listed(without(segmentName(log.starts[1])))),
    ),
    'bundle-checkpoint-replaced': vector(
      1,
      'an earlier checkpoint in place of the one that the list names',
      packed(listed(replaced('checkpoint', () => log.note(9)))),
    ),
    'bundle-session-left-out': vector(
      1,
      'a session manifest is missing, and the list made to fit',
      packed(listed(without(session))),
    ),
    'bundle-session-miscounted': vector(
      1,
      'a session manifest, logged and signed, whose counts are not those of its lines',
      packed(await miscounted()),
    ),
    'bundle-session-forged-with-another-key': vector(
      1,
      'session manifests that another key signed',
      packed(await exported(evidence(others).files)),
    ),
    'bundle-key-replaced': vector(
      1,
      'another public key in place of the one you trust',
      packed(listed(replaced('signing.pub', () => others.pub))),
    ),
    'bundle-symbolic-link': vector(
      1,
      'a symbolic link',
      packed(
        whole.map(([name, bytes]) =>
          name === 'policy/policy.json' ? [name, Buffer.alloc(0), link] : [name, bytes],
        ),
      ),
    ),
    'bundle-path-upwards': vector(
      1,
      'a name that leads out of the folder',
      packed([...whole.slice(0, -1), ['verify.py', Buffer.from('#\n'), escaping]]),
    ),
    'bundle-cut-short': vector(1, 'the file ends too early', packed(whole).subarray(0, 4000)),
    'bundle-something-after-its-end': vector(
      1,
      'bytes after the end of the archive',
      gzipSync(Buffer.concat([gunzipSync(packed(whole)), Buffer.from('more')])),
    ),
    'bundle-not-gzip': vector(1, 'a tar file that is not compressed', gunzipSync(packed(whole))),
  };
}

/** The bundle without the last line and with the receipt of the one before it left as it is. */
function cutLast(entries) {
  const last = entries.findLast(([name]) => name.startsWith('receipts/'))[0];
  const chain = entries.findLast(([name]) => name.startsWith('chain/'))[0];
  return entries
    .filter(([name]) => name !== last)
    .map(([name, bytes]) => [
      name,
      name === chain ? bytes.subarray(0, bytes.lastIndexOf('\n', -2) + 1) : bytes,
    ]);
}

async function miscounted() {
  const log = createLog(keys);
  exchange(log, 'session-a', 'request-1');
  const sums = createSessionSums();
  const line = parseLine(log.lines[1], {});
  sums.add({ ...line, members: membersOf(line) });
  const sum = { ...sums.sum('session-a'), last: 2, redactions: 1 };
  const payload = formatSessionManifest(
    { origin: keys.origin, size: 3, root: log.tree.root(3) },
    'stop',
    sum,
  );
  const envelope = Buffer.from(signEnvelope(payload, keys.manifest, keys.manifestSeed));
  log.append('manifest', manifestFields(sum, envelope));
  return exported(new Map([...filesOf(log), [`manifests/${sessionFile(1, 2)}`, envelope]]));
}
