import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { openFrontier } from '../../../lib/audit/frontier.ts';
import { leafHash } from '../../../lib/audit/leaf.ts';
import { buildLine } from '../../../lib/audit/line.ts';
import { type PublicKeys, parsePublicKeys } from '../../../lib/audit/public-keys.ts';
import { createAnswers } from '../../../lib/audit/signer/answers.ts';
import { openKeyRing } from '../../../lib/audit/signer/key-ring.ts';
import { createSigner, signerFiles } from '../../../lib/audit/signer/keys.ts';
import { openStateFile } from '../../../lib/audit/signer/state-file.ts';
import { formatVkey, parseVkey, type VerifierKey } from '../../../lib/audit/vkey.ts';
import { tempFolder } from '../logs.ts';

function signer() {
  const folder = join(tempFolder(), 'signer');
  const keys = parsePublicKeys(createSigner(folder)) as PublicKeys;
  const open = () => {
    const state = openStateFile(signerFiles(folder).state, keys.log.name);
    return createAnswers(openKeyRing(folder, state.epoch.key), state);
  };
  return { folder, keys, open };
}

const leaves = (from: number, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => Buffer.alloc(32, from + n)));
const extend = (from: number, count: number) => ({
  op: 'extend',
  from,
  leaves: leaves(from, count).toString('base64'),
});

describe('what the signer does', () => {
  it('signs the tree of the leaves it was given', () => {
    const { keys, open } = signer();
    const answers = open();
    expect(answers.head()).toMatchObject({ ok: true, size: 0 });
    expect(answers.answer(extend(0, 5))).toEqual({ ok: true, size: 5 });
    expect(answers.answer(extend(5, 3))).toEqual({ ok: true, size: 8 });
    const signed = answers.answer({ op: 'sign' }) as unknown as { note: string };
    const tree = openFrontier();
    for (let n = 0; n < 8; n++) tree.add(Buffer.alloc(32, n));
    expect(openCheckpoint(signed.note, keys.log)).toMatchObject({ size: 8, root: tree.root() });
  });

  it('goes on where it was after it ended', () => {
    const { open } = signer();
    open().answer(extend(0, 3));
    const again = open();
    expect(again.head()).toMatchObject({ size: 3, leaf: leaves(2, 1).toString('base64') });
    expect(again.answer(extend(3, 1))).toMatchObject({ ok: true, size: 4 });
  });

  it('neither goes back nor skips, nor signs what it has not built', () => {
    const answers = signer().open();
    answers.answer(extend(0, 4));
    const before = answers.answer({ op: 'sign' });
    for (const request of [
      extend(0, 4),
      extend(3, 2),
      extend(5, 1),
      { op: 'extend', from: '4', leaves: '' },
      { op: 'extend', from: 4, leaves: 'AAAA' },
      { op: 'extend', from: 4, leaves: 'not base64' },
      { op: 'extend', from: 4, leaves: Buffer.alloc(32 * 4097).toString('base64') },
      { op: 'extend' },
      { op: 'manifest', payload: 7 },
      { op: 'reset' },
      { op: 'sign ' },
      {},
      null,
      7,
    ]) {
      expect(answers.answer(request), JSON.stringify(request)).toMatchObject({ ok: false });
    }
    // What a request says beside is not listened to.
    expect(answers.answer({ op: 'sign', size: 2, root: 'x', note: 'y' })).toEqual(before);
  });

  it('does not sign an empty log', () => {
    expect(signer().open().answer({ op: 'sign' })).toMatchObject({ ok: false });
  });

  it('signs a payload under the manifest key, with its bytes as they are', () => {
    const { keys, open } = signer();
    const payload = Buffer.from('{"b":1,  "a":2}');
    const answer = open().answer({ op: 'manifest', payload: payload.toString('base64') });
    const envelope = JSON.parse((answer as unknown as { envelope: string }).envelope);
    expect(Buffer.from(envelope.payload, 'base64')).toEqual(payload);
    const [signature] = envelope.signatures;
    expect(signature.keyid).toBe(`${keys.manifest?.name}+${keys.manifest?.id}`);
    const signed = Buffer.from(`DSSEv1 28 application/vnd.in-toto+json 15 {"b":1,  "a":2}`);
    expect(keys.manifest?.verify(signed, Buffer.from(signature.sig, 'base64'))).toBe(true);
    expect(keys.log.verify(signed, Buffer.from(signature.sig, 'base64'))).toBe(false);
  });
});

describe('the key of the next epoch', () => {
  const HEAD = { length: 4, hash: leaves(3, 1).toString('base64') };
  const announcing = (vkey: string, type: 'key' | 'tunnel' = 'key') => ({
    op: 'close_epoch',
    line: buildLine(HEAD, new Date(0), type, { epoch: 1, vkey }).subarray(0, -1).toString('base64'),
  });
  const ready = () => {
    const made = signer();
    const answers = made.open();
    answers.answer(extend(0, 4));
    const { vkey } = answers.answer({ op: 'next_key' }) as unknown as { vkey: string };
    return { ...made, answers, vkey };
  };

  it('is made once, and takes over when its announcement is covered', () => {
    const { folder, keys, answers, vkey, open } = ready();
    expect(answers.answer({ op: 'next_key' })).toEqual({ ok: true, vkey });
    expect(open().answer({ op: 'next_key' })).toEqual({ ok: true, vkey });
    const before = readFileSync(join(folder, 'log.key'));
    const closed = answers.answer(announcing(vkey)) as unknown as { note: string };
    expect(openCheckpoint(closed.note, keys.log)).toMatchObject({ size: 5, next: vkey });
    expect(answers.head()).toMatchObject({ size: 5, next: vkey });
    expect(readFileSync(join(folder, 'log.key'))).toEqual(before);
    expect(answers.answer({ op: 'open_epoch' })).toEqual({ ok: true, vkey });
    expect(readFileSync(join(folder, 'log.key'))).not.toEqual(before);
    answers.answer(extend(5, 1));
    const { note } = answers.answer({ op: 'sign' }) as unknown as { note: string };
    expect(openCheckpoint(note, keys.log)).toHaveProperty('fault');
    expect(openCheckpoint(note, parseVkey(vkey) as VerifierKey)).toMatchObject({ size: 6 });
    expect(open().head()).toMatchObject({ size: 6, vkey });
  });

  it('adds nothing while the epoch is closed, and signs the same again', () => {
    const { answers, vkey, open } = ready();
    const closed = answers.answer(announcing(vkey));
    for (const one of [answers, open()]) {
      for (const request of [extend(5, 1), { op: 'next_key' }, announcing(vkey)]) {
        expect(one.answer(request)).toMatchObject({ ok: false });
      }
      expect(one.answer({ op: 'sign' })).toEqual(closed);
    }
  });

  it('is announced by nothing but a line that names it, in its place', () => {
    const { keys, answers, vkey } = ready();
    const other = formatVkey(keys.log);
    const late = buildLine({ ...HEAD, length: 5 }, new Date(0), 'key', { vkey });
    for (const request of [
      announcing(other),
      announcing(vkey, 'tunnel'),
      { op: 'close_epoch', line: late.subarray(0, -1).toString('base64') },
      { op: 'close_epoch', line: 'AAAA' },
      { op: 'close_epoch' },
      { op: 'open_epoch' },
    ]) {
      expect(answers.answer(request), JSON.stringify(request)).toMatchObject({ ok: false });
    }
    expect(answers.head()).toMatchObject({ size: 4, vkey: other });
  });

  it('is not announced by a line that comes in as a hash', () => {
    const { keys, answers, vkey } = ready();
    const line = Buffer.from(announcing(vkey).line, 'base64');
    const leaf = Buffer.from(leafHash(line), 'base64').toString('base64');
    answers.answer({ op: 'extend', from: 4, leaves: leaf });
    const { note } = answers.answer({ op: 'sign' }) as unknown as { note: string };
    expect(openCheckpoint(note, keys.log)).not.toHaveProperty('next');
    expect(answers.answer({ op: 'open_epoch' })).toMatchObject({ ok: false });
  });
});

describe('the keys', () => {
  it('are made once', () => {
    const { folder } = signer();
    expect(() => createSigner(folder)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it.each([
    ['log.key', 0o640, 'chmod 600'],
    ['log.key', 0o604, 'chmod 600'],
    ['manifest.key', 0o660, 'chmod 600'],
    ['.', 0o750, 'chmod 700'],
  ])('are refused where %s has mode %o', (name, mode, command) => {
    const { folder, open } = signer();
    chmodSync(join(folder, name), mode);
    expect(open).toThrow(
      expect.objectContaining({ code: 'file-exposed', fix: expect.stringContaining(command) }),
    );
  });

  it.each([
    ['log.key', Buffer.alloc(32, 1), /is not the key of its vkey/],
    ['manifest.key', Buffer.alloc(31), /is not 32 bytes long/],
    ['vkeys', Buffer.from('nothing\n'), /does not hold the two public keys/],
  ])('are refused where %s is another one', (name, bytes, message) => {
    const { folder, open } = signer();
    writeFileSync(join(folder, name), bytes);
    expect(open).toThrow(message);
  });
});
