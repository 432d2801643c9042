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

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');

describe('redactBody', () => {
  it.each([
    ['plain text', 'text/plain; charset=utf-8'],
    ['text of any kind', 'text/x-anything'],
    ['another type', 'application/yaml'],
    ['no type', undefined],
    ['a charset in quotes', 'text/plain; charset="UTF-8"'],
    ['ASCII', 'text/plain;charset=us-ascii'],
    ['a binary type', 'application/octet-stream'],
    ['an image that is text', 'image/svg+xml'],
  ])('scans %s', (_, type) => {
    const body = `a → ${aws}\r\n`;
    expect(redact(body, type ?? '')).toBe(`a → ${awsPlaceholder}\r\n`);
  });

  it('scans lines of JSON', () => {
    const hidden = `\\u00${github.charCodeAt(0).toString(16)}${github.slice(1)}`;
    const body = `{"a":"${aws}"}\n{"b":"${hidden}"}\n`;
    expect(redact(body, 'application/x-ndjson')).toBe(
      `{"a":"${awsPlaceholder}"}\n{"b":"${githubPlaceholder}"}\n`,
    );
  });

  it('scans forms, encoded or not', () => {
    const body = `a=x+${aws}+y&b=${percent(github)}%26`;
    expect(redact(body, 'application/x-www-form-urlencoded')).toBe(
      `a=x+${awsPlaceholder}+y&b=${githubPlaceholder}%26`,
    );
  });

  it('escapes literal placeholders in text', () => {
    const ctx = createContext();
    const known = remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
    expect(redact(`a ${known} b`, 'text/plain', ctx)).toBe(
      `a ${known.replace('<pl:', '<pl-esc:')} b`,
    );
  });

  it('passes JSON of an unknown type as JSON', () => {
    const body = `{"metadata":{"user_id":"${aws}"},"b":"${github}"}`;
    expect(redact(body, '')).toBe(body.replace(github, githubPlaceholder));
    expect(redact(body, 'application/vnd.api+json')).toBe(body.replace(github, githubPlaceholder));
  });

  it('passes an empty body', () => {
    expect(redact('', 'multipart/form-data')).toBe('');
  });

  it.each([
    ['PNG', '\x89PNG\r\n\x1a\n\0\0'],
    ['JPEG', '\xff\xd8\xff\xe0\0'],
    ['WebP', 'RIFF\0\0\0\0WEBPVP8 '],
    ['WAV', 'RIFF\0\0\0\0WAVEfmt '],
    ['MP3', 'ID3\x04\0\0'],
    ['M4A', '\0\0\0\x20ftypM4A \0'],
    ['Ogg', 'OggS\0\x02'],
    ['PDF', '%PDF-1.7\n\xe2\xe3\xcf\xd3'],
  ])('passes %s by its magic', (_, head) => {
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(aws)]);
    for (const type of ['application/octet-stream', 'image/png', '']) {
      const ctx = createContext();
      expect(redact(bytes, type, ctx)).toBe(bytes.toString('utf8'));
    }
  });

  it.each(['GIF89a', 'ID3', '%PDF-1.4\n', 'OggS'])('scans text that begins %j', (head) => {
    expect(redact(`${head} ${aws}`, 'image/gif')).toBe(`${head} ${awsPlaceholder}`);
  });

  it('refuses media that holds a known secret', () => {
    const ctx = createContext();
    remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
    const bytes = Buffer.from('\x89PNG\r\n\x1a\nCorrectHorseBattery', 'latin1');
    expect(() => redact(bytes, 'image/png', ctx)).toThrow(
      expect.objectContaining({ code: 'secret-in-opaque-field' }),
    );
  });

  it.each([
    ['a NUL byte', 'text/plain', Buffer.from('a\0b')],
    ['a NUL byte in JSON', 'application/json', Buffer.from('{"a":"\0"}')],
    ['Latin-1', 'text/plain', Buffer.from('na\xefve', 'latin1')],
    ['UTF-16', 'application/json', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['a declared UTF-16', 'application/json; charset=utf-16', Buffer.from('{}')],
    ['a declared Latin-1', 'text/plain; charset=iso-8859-1', Buffer.from('plain')],
    ['a ZIP container', 'application/zip', Buffer.from('PK\u0003\u0004\0\0')],
    ['gzip', 'application/gzip', Buffer.from('\x1f\x8b\x08\0', 'latin1')],
    ['unknown binary', 'application/octet-stream', Buffer.from([1, 2, 0, 0xff])],
    ['an image that is none', 'image/png', Buffer.from([1, 2, 0, 0xff])],
    ['media declared as text', 'text/plain', Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1')],
  ])('refuses %s', (_, type, bytes) => {
    expect(() => redact(bytes, type)).toThrow(
      expect.objectContaining({ code: 'unscannable-body' }),
    );
  });
});
