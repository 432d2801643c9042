import { describe, expect, it } from 'vitest';
import { redactHeaders } from '../../lib/redact/headers.ts';
import { redactTarget } from '../../lib/redact/target.ts';
import {
  aws,
  awsPlaceholder,
  createContext,
  github,
  githubPlaceholder,
  remember,
} from './setup.ts';

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');

describe('redactHeaders', () => {
  it('redacts values, and leaves names, credentials and all else as they came', () => {
    const turn = (text: string): string => `{"remote":"https://${text}@git.example","n":"\\u00e9"}`;
    const raw = (a: string, g: string): string[] => [
      ...['Host', 'api.anthropic.com', 'X-API-Key', github, 'Authorization', `Bearer ${aws}`],
      ...['x-codex-turn-metadata', turn(a), 'X-Empty', '', 'X-Latin', `na\xefve ${g}`],
      ...['X-Empty', '', 'x-percent', g],
    ];
    const result = redactHeaders(raw(aws, github), createContext());
    expect(result.raw).toEqual(raw(awsPlaceholder, githubPlaceholder));
    expect(result.redactions.map(({ type }) => type)).toEqual([
      'AWS_ACCESS_KEY',
      'GITHUB_TOKEN',
      'GITHUB_TOKEN',
    ]);
  });

  it('leaves the key of an API that is not known, and the host, alone', () => {
    const ctx = createContext('none');
    remember(ctx, 'PASSWORD', 'gateway.example');
    const raw = ['Host', 'gateway.example', 'x-goog-api-key', aws];
    expect(redactHeaders(raw, ctx).raw).toEqual(raw);
  });

  it('sees through percent-encoding and escapes', () => {
    const escaped = `{"a":"\\u00${aws.charCodeAt(0).toString(16)}${aws.slice(1)}"}`;
    expect(redactHeaders(['a', percent(github), 'b', escaped], createContext()).raw).toEqual([
      'a',
      githubPlaceholder,
      'b',
      `{"a":"${awsPlaceholder}"}`,
    ]);
  });

  it.each([github, aws, `X-${percent(github)}`, 'x-CorrectHorseBattery'])(
    'refuses a secret in a name: %s',
    (name) => {
      const ctx = createContext();
      remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
      expect(() => redactHeaders(['Accept', '*/*', name, '1'], ctx)).toThrow(
        expect.objectContaining({ code: 'unscannable-body' }),
      );
    },
  );

  it('never lets a secret reach over two values', () => {
    const ctx = createContext();
    remember(ctx, 'PASSWORD', 'first-line\nsecond-line');
    const { raw } = redactHeaders(['a', 'first-line', 'b', 'second-line'], ctx);
    expect(raw).toHaveLength(4);
    expect(raw.filter((_, i) => i % 2 === 0)).toEqual(['a', 'b']);
  });

  it('gives the same fields where there is nothing to do', () => {
    const raw = ['Accept', '*/*', 'accept', 'text/event-stream'];
    expect(redactHeaders(raw, createContext())).toEqual({ raw, redactions: [] });
  });

  it('escapes literal placeholders', () => {
    const ctx = createContext();
    const known = remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
    expect(redactHeaders(['a', 'b', 'c', known], ctx).raw[3]).toBe(
      known.replace('<pl:', '<pl-esc:'),
    );
  });
});

describe('redactTarget', () => {
  it('redacts path and query, encoded or not', () => {
    for (const written of [aws, percent(aws)]) {
      expect(
        redactTarget(`/v1/files/${written}?a=b%20c&q=${written}&z`, createContext()).target,
      ).toBe(
        `/v1/files/${encodeURIComponent(awsPlaceholder)}?a=b%20c&q=${encodeURIComponent(awsPlaceholder)}&z`,
      );
    }
  });

  it('leaves the slashes between segments, although base64 has them too', () => {
    const encoded = Buffer.from(github).toString('base64').replace(/=+$/, '');
    for (const [before, after] of [
      ['/', ''],
      ['/v1/files/', '/content?a=b'],
      ['/v1/x?path=a/', '/b'],
    ] as const) {
      const { target } = redactTarget(before + encoded + after, createContext());
      expect(target.startsWith(`${before}%3Cpl%3AGITHUB_TOKEN%3A`)).toBe(true);
      expect(target.endsWith(`%3E${after}`)).toBe(true);
    }
    const ctx = createContext();
    remember(ctx, 'PASSWORD', '/srv/secret/path');
    expect(redactTarget('/srv/secret/path', ctx).target).toMatch(
      /^\/%3Cpl%3APASSWORD%3A\w{16}%3E$/,
    );
  });

  it('sees through encodings of encodings', () => {
    const escaped = [...aws].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('');
    for (const written of [percent(percent(aws)), percent(escaped)]) {
      const target = `/v1/x?q=${written}&z`;
      const expected = `/v1/x?q=${encodeURIComponent(awsPlaceholder)}&z`;
      expect(redactTarget(target, createContext()).target).toBe(expected);
      const { raw } = redactHeaders(['referer', `https://x${target}`], createContext());
      expect(raw).toEqual(['referer', `https://x/v1/x?q=${awsPlaceholder}&z`]);
    }
  });

  it('takes a plus for a space only where it is no part of a secret', () => {
    const ctx = createContext();
    const words = remember(ctx, 'PASSWORD', 'two words & more');
    const sum = remember(ctx, 'PASSWORD', 'abc+def/ghi');
    const query = (a: string, b: string, c: string): string => `/v1?a=${a}&b=${b}&c=${c}`;
    const target = query('two+words+%26+more', 'abc+def/ghi', 'abc+def%2Fghi');
    const placeholders = [words, sum, sum].map(encodeURIComponent) as [string, string, string];
    expect(redactTarget(target, ctx).target).toBe(query(...placeholders));
    expect(redactHeaders(['referer', target], ctx).raw[1]).toBe(query(words, sum, sum));
  });

  it('leaves the provider’s own credential alone', () => {
    const target = `/v1/models?key=${aws}&other=${aws}`;
    expect(redactTarget(target, createContext('none')).target).toBe(
      `/v1/models?key=${aws}&other=${encodeURIComponent(awsPlaceholder)}`,
    );
  });

  it('gives the same target where there is nothing to do', () => {
    const target = '/v1/messages?beta=true&x=%41%zz';
    expect(redactTarget(target, createContext())).toEqual({ target, redactions: [] });
  });

  it('escapes literal placeholders', () => {
    const ctx = createContext();
    const known = encodeURIComponent(remember(ctx, 'PASSWORD', 'CorrectHorseBattery'));
    expect(redactTarget(`/a?b=${known}`, ctx).target).toBe(
      `/a?b=${known.replace('%3Cpl', '%3Cpl-esc')}`,
    );
  });
});
