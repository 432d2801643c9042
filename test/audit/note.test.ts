import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign as opensslSign, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../lib/audit/base64.ts';
import { openCheckpoint, signCheckpoint } from '../../lib/audit/checkpoint.ts';
import { publicKeyOf, sign, verifierOf } from '../../lib/audit/ed25519.ts';
import { type Note, noteFault, parseNote, signNote } from '../../lib/audit/note.ts';
import { formatPublicKeys, parsePublicKeys } from '../../lib/audit/public-keys.ts';
import { formatVkey, parseVkey, type VerifierKey, verifierKey } from '../../lib/audit/vkey.ts';

// The example of Go's golang.org/x/mod/sumdb/note, which C2SP signed-note comes from.
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const SEED = Buffer.alloc(32, 7);
const KEY = verifierKey('waterwall.local/00112233445566ff', publicKeyOf(SEED));
const OTHER_SEED = Buffer.alloc(32, 8);
const OTHER = verifierKey('waterwall.local/00112233445566ff', publicKeyOf(OTHER_SEED));

describe('base64', () => {
  it.each(['', 'AA==', 'AAA=', 'AAAA', '+/+/'])('reads %j', (text) => {
    expect(decodeBase64(text)?.toString('base64')).toBe(text);
  });

  it.each(['A', 'AA', 'AA=', 'AB==', 'AAB=', 'AAAA\n', ' AAAA', 'AA-_', 'AAAA=', 'A A='])(
    'does not read %j',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});

describe('Ed25519', () => {
  it('signs and derives keys as OpenSSL does', () => {
    for (let round = 0; round < 20; round++) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
      const message = randomBytes(round * 7);
      expect(publicKeyOf(seed)).toEqual(
        publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
      );
      expect(sign(message, seed)).toEqual(opensslSign(null, message, privateKey));
    }
  });

  it('takes no signature of another message or key, and none that is changed', () => {
    const message = Buffer.from('a message');
    const good = sign(message, SEED);
    const verify = verifierOf(publicKeyOf(SEED));
    expect(verify(message, good)).toBe(true);
    expect(verify(Buffer.from('another'), good)).toBe(false);
    expect(verifierOf(publicKeyOf(OTHER_SEED))(message, good)).toBe(false);
    for (let at = 0; at < good.length; at++) {
      const changed = Buffer.from(good);
      changed.writeUInt8(good.readUInt8(at) ^ 1, at);
      expect(verify(message, changed)).toBe(false);
    }
  });
});

describe('vkey', () => {
  it('is read and written as by Go', () => {
    const key = parseVkey(GO_VKEY) as VerifierKey;
    expect(key).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' });
    expect(formatVkey(key)).toBe(GO_VKEY);
    expect(publicKeyOf(GO_SEED)).toEqual(key.publicKey);
  });

  it.each([
    ['another id', GO_VKEY.replace('c74f', 'c74e')],
    ['another name', GO_VKEY.replace('Peter', 'Petra')],
    ['another algorithm', GO_VKEY.replace('+AR', '+AB')],
    ['a short key', GO_VKEY.slice(0, -4)],
    ['upper-case id', GO_VKEY.replace('c74f', 'C74F')],
    ['white space', ` ${GO_VKEY}`],
    ['no name', GO_VKEY.slice(12)],
    ['nothing', ''],
  ])('is not read with %s', (_, text) => {
    expect(parseVkey(text)).toBeUndefined();
  });
});

describe('note', () => {
  it("signs Go's example as Go does, and verifies it", () => {
    const key = parseVkey(GO_VKEY) as VerifierKey;
    expect(signNote(GO_TEXT, key, GO_SEED)).toBe(GO_NOTE);
    const note = parseNote(Buffer.from(GO_NOTE)) as Note;
    expect(note.text).toBe(GO_TEXT);
    expect(noteFault(note, key)).toBeUndefined();
  });

  it('is verified by the openssl command, as the specification says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waterwall-note-'));
    const note = parseNote(signNote('a text\n\nof three lines\n', KEY, SEED)) as Note;
    const file = (name: string, bytes: string | Uint8Array): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), KEY.publicKey]);
    const args = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-rawin'];
    args.push('-inkey', file('key', der), '-in', file('text', note.text));
    args.push('-sigfile', file('sig', note.signatures[0]?.signature ?? Buffer.alloc(0)));
    expect(execFileSync('openssl', args, { encoding: 'utf8' })).toContain('Verified Successfully');
  });

  it('passes over other signatures, and takes none of another text', () => {
    const note = signNote('text\n', KEY, SEED);
    const byOther = signNote('text\n', OTHER, OTHER_SEED).split('\n').at(-2);
    const both = parseNote(`${note}${byOther}\n— witness.example/w AAAAAAA=\n`) as Note;
    expect(both.signatures).toHaveLength(3);
    expect(noteFault(both, KEY)).toBeUndefined();
    expect(noteFault(both, OTHER)).toBeUndefined();
    const moved = parseNote(note.replace('text', 'test')) as Note;
    expect(noteFault(moved, KEY)).toMatch(/not of this note/);
    expect(noteFault(parseNote(note) as Note, OTHER)).toMatch(/not signed by/);
    const twice = parseNote(`${note}${note.split('\n').at(-2)}\n`) as Note;
    expect(noteFault(twice, KEY)).toMatch(/two signatures/);
  });

  it.each([
    ['no blank line', (note: string) => note.replace('\n\n', '\n')],
    ['no signature', (note: string) => `${note.split('—')[0]}`],
    ['no last newline', (note: string) => note.slice(0, -1)],
    ['another dash', (note: string) => note.replace('—', '-')],
    ['two spaces', (note: string) => note.replace('— ', '—  ')],
    ['a carriage return', (note: string) => note.replace('text\n', 'text\r\n')],
    ['a tab', (note: string) => note.replace('text', 'te\txt')],
    ['a zero byte', (note: string) => note.replace('text', 'te\0xt')],
    ['white space in base64', (note: string) => note.replace(/=\n$/, '= \n')],
    ['base64 without padding', (note: string) => note.replace(/=+\n$/, '\n')],
    ['base64 with unused bits', (note: string) => note.replace(/.=\n$/, 'B=\n')],
    ['text after the signature', (note: string) => `${note}text\n`],
  ])('is not read with %s', (_, change) => {
    const changed = change(signNote('text\n', KEY, SEED));
    expect(parseNote(changed)).toHaveProperty('fault');
  });

  it('is not read where it is not UTF-8', () => {
    const bytes = Buffer.from(signNote('text\n', KEY, SEED), 'utf8');
    bytes[0] = 0xff;
    expect(parseNote(bytes)).toEqual({ fault: 'the note is not UTF-8' });
  });

  it('comes back as it was signed', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}|\p{Cs}/u.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        const note = parseNote(signNote(text, KEY, SEED)) as Note;
        expect(note.text).toBe(text);
        expect(noteFault(note, KEY)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('reads or refuses whatever it gets', () => {
    const good = signNote('a\nb\n', KEY, SEED);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string(), (at, text) => {
        const changed = good.slice(0, at) + text + good.slice(at + 1);
        const note = parseNote(changed);
        if ('fault' in note || changed === good) return;
        if (note.text !== 'a\nb\n') expect(noteFault(note, KEY)).toBeDefined();
      }),
    );
  });
});

describe('checkpoint', () => {
  const root = Buffer.alloc(32, 3);

  it('comes back as it was signed', () => {
    const note = signCheckpoint(12, root, KEY, SEED);
    expect(openCheckpoint(note, KEY)).toEqual({ origin: KEY.name, size: 12, root });
  });

  it.each([
    ['of another origin', `waterwall.local/other\n12\n${root.toString('base64')}\n`],
    ['with a leading zero', `${KEY.name}\n012\n${root.toString('base64')}\n`],
    ['with a negative size', `${KEY.name}\n-1\n${root.toString('base64')}\n`],
    ['with a size beyond counting', `${KEY.name}\n9999999999999999\n${root.toString('base64')}\n`],
    ['with a short root', `${KEY.name}\n12\nAAAA\n`],
    ['with an extension', `${KEY.name}\n12\n${root.toString('base64')}\nmore\n`],
    ['with a root spelled otherwise', `${KEY.name}\n12\n${'A'.repeat(42)}B=\n`],
    ['without a root', `${KEY.name}\n12\n`],
  ])('is not opened %s', (_, text) => {
    expect(openCheckpoint(signNote(text, KEY, SEED), KEY)).toHaveProperty('fault');
  });
});

describe('signing.pub', () => {
  const manifest = verifierKey(`${KEY.name}/manifest`, publicKeyOf(OTHER_SEED));

  it('comes back as it was written', () => {
    const keys = parsePublicKeys(formatPublicKeys({ log: KEY, manifest }));
    expect(keys?.log).toMatchObject({ name: KEY.name, id: KEY.id });
    expect(keys?.manifest).toMatchObject({ name: manifest.name, id: manifest.id });
  });

  it('may be one bare vkey', () => {
    expect(parsePublicKeys(formatVkey(KEY))?.log.id).toBe(KEY.id);
    expect(parsePublicKeys(`# kept by the auditor\n\n${formatVkey(KEY)}\n`)?.manifest).toBe(
      undefined,
    );
  });

  it.each([
    ['nothing', '# only a comment\n'],
    ['a manifest key alone', formatVkey(manifest)],
    ['two logs', `${formatVkey(KEY)}\n${formatVkey(OTHER)}\n`],
    ['a key that is none', `${formatVkey(KEY)}\n${formatVkey(manifest).slice(0, -1)}\n`],
    ['a private key', '-----BEGIN PRIVATE KEY-----\n'],
  ])('is not read with %s', (_, text) => {
    expect(parsePublicKeys(text)).toBeUndefined();
  });
});
