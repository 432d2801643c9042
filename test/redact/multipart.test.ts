import { describe, expect, it } from 'vitest';
import {
  aws,
  awsPlaceholder,
  createContext,
  github,
  githubPlaceholder,
  redact,
  remember,
} from './setup.ts';

const TYPE = 'multipart/form-data; boundary="a b"';

/** A body of parts, each its header and its content. */
function body(
  parts: readonly (readonly [header: string, content: string])[],
  eol = '\r\n',
): string {
  const lines = parts.map(
    ([header, content]) => `--a b${eol}${header}${eol}${eol}${content}${eol}`,
  );
  return `${lines.join('')}--a b--${eol}`;
}

describe('redactMultipart', () => {
  it.each(['\r\n', '\n'])('redacts each part by its type, lines ending in %j', (eol) => {
    const make = (a: string, g: string): string =>
      body(
        [
          ['Content-Disposition: form-data; name="purpose"', 'batch'],
          [
            `Content-Disposition: form-data; name="f"; filename="${a}.txt"`,
            `x ${a}${eol}--a bc${eol}`,
          ],
          ['content-type: application/json', `{"metadata":{"user_id":"${aws}"},"b":"${g}"}`],
          ['Content-Type: application/x-www-form-urlencoded', `a=${g}`],
          ['X-Folded: one\r\n two', ''],
        ],
        eol,
      );
    expect(redact(make(aws, github), TYPE)).toBe(make(awsPlaceholder, githubPlaceholder));
  });

  it('passes media, with lines that resemble delimiters', () => {
    const image = `\x89PNG\r\n\x1a\n${aws}--a b\r\n-- a b`;
    const bytes = Buffer.from(body([['Content-Type: image/png', image]]), 'latin1');
    expect(redact(bytes, TYPE)).toBe(bytes.toString('utf8'));
  });

  it('scans what belongs to no part', () => {
    const text = `${aws}\r\n${body([['A: b', 'c']])}${github}`;
    expect(redact(text, TYPE)).toBe(
      text.replace(aws, awsPlaceholder).replace(github, githubPlaceholder),
    );
  });

  it('scans percent-encoded names of files', () => {
    const percent = [...aws].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
    const make = (name: string): string =>
      body([[`Content-Disposition: form-data; name="f"; filename*=UTF-8''${name}`, 'x']]);
    expect(redact(make(percent), TYPE)).toBe(make(awsPlaceholder));
  });

  it('goes into nested bodies, four deep', () => {
    const nest = (text: string, levels: number): string =>
      levels === 0
        ? text
        : `--b${levels}\r\nContent-Type: ${levels === 1 ? 'text/plain' : `multipart/mixed; boundary=b${levels - 1}`}\r\n\r\n${nest(text, levels - 1)}\r\n--b${levels}--`;
    const type = (levels: number): string => `multipart/mixed; boundary=b${levels}`;
    expect(redact(nest(aws, 4), type(4))).toBe(nest(awsPlaceholder, 4));
    expect(() => redact(nest(aws, 5), type(5))).toThrow(
      expect.objectContaining({ code: 'unscannable-body' }),
    );
  });

  it('reads base64 parts', () => {
    const header = 'Content-Type: text/plain\r\nContent-Transfer-Encoding: base64';
    const encode = (text: string): string =>
      (
        Buffer.from(text)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\r\n');
    const text = `${'a line of text\n'.repeat(20)}${aws}`;
    expect(redact(body([[header, encode(text)]]), TYPE)).toBe(
      body([[header, encode(text.replace(aws, awsPlaceholder))]]),
    );
    const plain = body([[header, Buffer.from('nothing here').toString('base64')]]);
    expect(redact(plain, TYPE)).toBe(plain);
  });

  it('escapes literal placeholders in every part', () => {
    const ctx = createContext();
    const known = remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
    const text = body([
      ['A: b', known],
      ['Content-Type: application/json', `["${known}"]`],
    ]);
    expect(redact(text, TYPE, ctx)).toBe(text.replaceAll('<pl:', '<pl-esc:'));
  });

  it.each([
    ['no boundary', 'multipart/form-data', body([['A: b', 'c']])],
    ['no end', TYPE, '--a b\r\nA: b\r\n\r\nc\r\n'],
    ['another boundary', 'multipart/form-data; boundary=x', body([['A: b', 'c']])],
    ['a header without end', TYPE, '--a b\r\nA: b\r\n--a b--'],
    ['a compressed part', TYPE, body([['Content-Encoding: gzip', 'c']])],
    ['quoted-printable', TYPE, body([['Content-Transfer-Encoding: quoted-printable', '=41']])],
    ['broken base64', TYPE, body([['Content-Transfer-Encoding: base64', '!!']])],
    ['a binary part', TYPE, body([['Content-Type: application/octet-stream', '\0\u0001']])],
    ['a part of another charset', TYPE, body([['Content-Type: text/plain; charset=utf-16', 'a']])],
    [
      'a part that says twice how it is encoded',
      TYPE,
      body([['Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 8bit', 'QUJD']]),
    ],
    [
      'a secret as the boundary',
      `multipart/mixed; boundary=${aws}`,
      `--${aws}\r\nA: b\r\n\r\nc\r\n--${aws}--`,
    ],
    ['too many parts', TYPE, body(new Array(2050).fill(['A: b', 'c']))],
  ])('refuses %s', (_, type, text) => {
    expect(() => redact(text, type)).toThrow(expect.objectContaining({ code: 'unscannable-body' }));
  });
});
