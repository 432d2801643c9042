import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../../lib/audit/checkpoint.ts';
import { signEnvelope } from '../../lib/audit/dsse.ts';
import { publicKeyOf } from '../../lib/audit/ed25519.ts';
import { followSessions } from '../../lib/audit/evidence/sessions.ts';
import type { ReadLine } from '../../lib/audit/evidence/stats.ts';
import type { PublicKeys } from '../../lib/audit/public-keys.ts';
import { createSessionBook, type ReadBack } from '../../lib/audit/session-book.ts';
import { openStatement, SESSION_MANIFEST } from '../../lib/audit/statement.ts';
import type { LineFields, LineType } from '../../lib/audit/types.ts';
import { verifierKey } from '../../lib/audit/vkey.ts';
import { tempFolder } from './logs.ts';

const SEED = Buffer.alloc(32, 7);
const keys: Required<PublicKeys> = {
  log: verifierKey('waterwall.local/test', publicKeyOf(SEED)),
  manifest: verifierKey('waterwall.local/test/manifest', publicKeyOf(SEED)),
};

function bookRig(most?: number) {
  const folder = tempFolder();
  const lines: { type: LineType; fields: LineFields }[] = [];
  const faults: unknown[] = [];
  const noted: ReadLine[] = [];
  const read: ReadBack = async (length, take) => {
    if (rig.unreadable) throw new Error('unreadable');
    for (const line of noted.slice(0, length)) {
      if (line.type === 'redaction' || line.type === 'manifest') take(line);
    }
  };
  const rig = {
    folder,
    lines,
    faults,
    now: 0,
    isEarlierRun: false,
    unreadable: false,
    /** Called while the signer is asked. */
    meanwhile: (): void => {},
    latest: signCheckpoint(3, Buffer.alloc(32, 1), keys.log, SEED) as string | undefined,
    append(type: LineType, members: LineFields): void {
      lines.push({ type, fields: members });
      const ts = new Date(Date.UTC(2026, 0, 2) + lines.length * 1000).toISOString();
      const line = { seq: lines.length - 1, ts, type, members } as ReadLine;
      noted.push(line);
      if (!rig.isEarlierRun) book.note(line);
    },
    /** The lines are those of an earlier run; this one has to read them. */
    restart: () => book.resume(lines.length, read),
    /** What each manifest says, and what a verifier finds in the lines. */
    manifested() {
      const sessions = followSessions(0);
      for (const line of noted) sessions.add(line);
      return sessions.logged.map(({ file, sum }) => {
        const bytes = readFileSync(join(folder, file));
        const statement = openStatement(bytes, SESSION_MANIFEST, keys.manifest);
        if ('fault' in statement) throw new Error(statement.fault);
        return { said: statement.predicate, found: sum };
      });
    },
    redaction(session: string | undefined, request: string, count = 1): void {
      const redactions = Array.from({ length: count }, () => ({ type: 'JWT_TOKEN', hmac: '0' }));
      const named = session === undefined ? {} : { session };
      rig.append('redaction', { host: 'h', ...named, request, redactions, policy_hash: 'p' });
    },
    manifests: () => readdirSync(folder).filter((name) => name.endsWith('.json')),
  };
  const book = createSessionBook({
    folder,
    idle: 1000,
    ...(most === undefined ? {} : { most }),
    now: () => rig.now,
    onFault: (error) => faults.push(error),
    log: () => ({
      keys,
      latest: rig.latest,
      signed: async () => true,
      async manifest(payload) {
        rig.meanwhile();
        return signEnvelope(payload, keys.manifest, SEED);
      },
      async append(type, fields) {
        rig.append(type, fields);
        return lines.length - 1;
      },
    }),
  });
  return Object.assign(rig, { book });
}

test('a session ends when nothing was heard of it for long; its manifest is what its lines say', async () => {
  const rig = bookRig();
  rig.redaction('a', 'one', 400);
  rig.redaction('a', 'one', 10);
  rig.redaction('b', 'two');
  rig.append('detokenization', {
    host: 'g',
    session: 'a',
    restored: 3,
    types: {},
    unknown_placeholders: 1,
  });
  rig.append('refusal', { host: 'h', session: 'a', code: 'x' });
  rig.now = 500;
  rig.redaction('b', 'three');
  rig.now = 1000;
  await rig.book.endIdle();
  const [name] = rig.manifests();
  expect(rig.manifests()).toEqual(['00000000000000000000-00000000000000000004.dsse.json']);
  const bytes = readFileSync(join(rig.folder, name as string));
  expect(rig.lines.at(-1)).toEqual({
    type: 'manifest',
    fields: {
      session: 'a',
      first: 0,
      last: 4,
      file: `manifests/${name}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  });
  const statement = openStatement(bytes, SESSION_MANIFEST, keys.manifest);
  expect(statement).toMatchObject({
    subjects: [{ name: 'waterwall.local/test', sha256: '01'.repeat(32) }],
    predicate: {
      origin: 'waterwall.local/test',
      size: 3,
      session: 'a',
      ended_by: 'idle',
      hosts: ['g', 'h'],
      requests: 1,
      redactions: 410,
      restored: 3,
      unknown_placeholders: 1,
      refusals: 1,
      types: { JWT_TOKEN: 410 },
      redactions_per_request: [{ request: 'one', seq: 0, redactions: 410 }],
      policy_hashes: ['p'],
      frameworks: expect.arrayContaining(['SOC2-CC7.2', 'OWASP-LLM-02']),
    },
  });
});

test('one that goes on while its manifest is signed has not ended', async () => {
  const rig = bookRig();
  rig.redaction('a', 'one');
  rig.now = 2000;
  rig.meanwhile = () => rig.redaction('a', 'two');
  await rig.book.endIdle();
  expect(rig.manifests()).toEqual([]);
  rig.meanwhile = () => {};
  await rig.book.endAll();
  expect(rig.manifests()).toEqual(['00000000000000000000-00000000000000000001.dsse.json']);
});

test('nor one that has a line on its way to the disk', async () => {
  const rig = bookRig();
  rig.redaction('a', 'one');
  const coming = { seq: 1, ts: '', type: 'refusal', members: { session: 'a' } };
  rig.meanwhile = () => rig.book.expect(coming);
  await rig.book.endAll();
  expect(rig.manifests()).toEqual([]);
  rig.meanwhile = () => {};
  rig.append('refusal', { host: 'h', session: 'a', code: 'x' });
  await rig.book.endAll();
  expect(rig.manifests()).toEqual(['00000000000000000000-00000000000000000001.dsse.json']);
});

test('a stop ends all, also requests that named no session; what comes later is another session', async () => {
  const rig = bookRig();
  rig.redaction('a', 'one');
  rig.redaction(undefined, 'two');
  await rig.book.endAll();
  rig.redaction('a', 'three');
  await rig.book.endAll();
  await rig.book.endAll();
  expect(rig.manifests()).toHaveLength(3);
  expect(rig.lines.filter(({ type }) => type === 'manifest')).toHaveLength(3);
  expect(rig.faults).toEqual([]);
});

test('without a signature there is no manifest, and it is told', async () => {
  const rig = bookRig();
  rig.latest = undefined;
  rig.redaction('a', 'one');
  await rig.book.endAll();
  expect(rig.manifests()).toEqual([]);
  expect(rig.faults).toMatchObject([{ code: 'audit-unavailable' }]);
});

test('sessions that clients make up without end are ended, the oldest first', async () => {
  const rig = bookRig();
  for (let at = 0; at < 1003; at++) rig.redaction(`made-up-${at}`, 'x');
  await rig.book.endIdle();
  expect(
    rig.lines.filter(({ type }) => type === 'manifest').map(({ fields }) => fields['session']),
  ).toEqual(['made-up-0', 'made-up-1', 'made-up-2']);
});

/** Sessions that are heard of twice, all of them once before any is again. */
function talkTwice(rig: ReturnType<typeof bookRig>, sessions: number): void {
  for (let at = 0; at < 2 * sessions; at++) rig.redaction(`made-up-${at % sessions}`, `${at}`);
}

async function expectAllManifested(
  rig: ReturnType<typeof bookRig>,
  sessions: number,
): Promise<void> {
  for (let look = 0; look < 20 && rig.book.open > 0; look++) {
    rig.now += 1000;
    await rig.book.endIdle();
  }
  expect(rig.book.open).toBe(0);
  const manifested = rig.manifested();
  for (const { said, found } of manifested) expect(said).toMatchObject({ ...found });
  expect(new Set(manifested.map(({ said }) => said['session'])).size).toBe(sessions);
  const requests = manifested.map(({ said }) => said['requests'] as number);
  expect(requests.reduce((sum, count) => sum + count, 0)).toBe(2 * sessions);
}

test('more sessions than are kept, while nothing is signed, have their manifests when it is', async () => {
  const rig = bookRig(20);
  await rig.restart();
  rig.latest = undefined;
  talkTwice(rig, 70);
  await rig.book.endIdle();
  expect(rig.lines.filter(({ type }) => type === 'manifest')).toEqual([]);
  // A stop says so: the next start reads them back.
  expect(rig.book.open).toBeGreaterThan(1);
  expect(rig.book.open).toBeLessThanOrEqual(41);
  const told = rig.faults.filter((fault) => /more than 20 sessions/.test(String(fault)));
  expect(told).toHaveLength(1);
  rig.latest = signCheckpoint(3, Buffer.alloc(32, 1), keys.log, SEED);
  await expectAllManifested(rig, 70);
});

test('and so have those that a crash left; a log that cannot be read is read again', async () => {
  const rig = bookRig(20);
  rig.isEarlierRun = true;
  talkTwice(rig, 30);
  rig.isEarlierRun = false;
  rig.unreadable = true;
  await rig.restart();
  expect(rig.faults).toMatchObject([{ message: 'unreadable' }, { message: 'unreadable' }]);
  expect(rig.book.open).toBe(1);
  rig.unreadable = false;
  await expectAllManifested(rig, 30);
  expect(new Set(rig.manifested().map(({ said }) => said['ended_by']))).toEqual(
    new Set(['interrupted']),
  );
});
