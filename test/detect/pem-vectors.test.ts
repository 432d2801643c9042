import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';

interface Vector {
  readonly description: string;
  readonly kind: string;
  readonly newline: string;
  /** Before each line; `{n}` is its number. */
  readonly prefix: string;
  readonly cut?: 'head' | 'tail' | 'middle';
  /** One span over the block, one for each line of base64, or no line of base64 outside of spans. */
  readonly expect: 'whole' | 'lines' | 'nothing left';
}

const folder = fileURLToPath(new URL('../vectors/pem/', import.meta.url));
const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

/** Base64 of a key made for this run, without its markers. */
const body = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
  .privateKey.trim()
  .split('\n')
  .slice(1, -1)
  // Signs of diffs and beginnings of comments are base64 too.
  .map((line, i) => ({ 1: '+', 2: '/', 9: '+' })[i]?.concat(line.slice(1)) ?? line);

function linesOf({ kind, cut }: Vector): string[] {
  if (kind === 'PuTTY') {
    const head = ['PuTTY-User-Key-File-3: ssh-rsa', 'Encryption: none', 'Comment: key'];
    return [...head, `Private-Lines: ${body.length}`, ...body, 'Private-MAC: 00'];
  }
  const begin = [`-----BEGIN ${kind}-----`];
  const end = [`-----END ${kind}-----`];
  if (cut === 'head') return [...body.slice(4), ...end];
  if (cut === 'tail') return [...begin, ...body.slice(0, 6)];
  if (cut === 'middle') {
    return [...begin, ...body.slice(0, 3), '… 5 lines truncated …', ...body.slice(-3), ...end];
  }
  return [...begin, ...body, ...end];
}

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const vector = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Vector;

  it(vector.description, () => {
    const lines = linesOf(vector);
    const { newline, prefix } = vector;
    const block = lines.map((line, i) => prefix.replace('{n}', String(i + 1)) + line).join(newline);
    const bytes = Buffer.from(`before${newline}${block}${newline}after`);
    const spans = scanner.scan({ bytes }).spans;
    const found = spans.map(({ start, end }) => bytes.subarray(start, end).toString());
    expect(new Set(spans.map(({ type }) => type))).toEqual(new Set(['PEM_BLOCK']));
    const secret = lines.filter((line) => body.includes(line));
    if (vector.expect === 'whole') expect(found).toEqual([block]);
    else if (vector.expect === 'lines') expect(found).toEqual(secret);
    for (const line of secret)
      expect(
        found.some((text) => text.includes(line)),
        'found',
      ).toBe(true);
  });
});
