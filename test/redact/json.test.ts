import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { splice } from '../../lib/redact/draft.ts';
import { redactJson } from '../../lib/redact/json.ts';
import type { RedactionContext } from '../../lib/redact/types.ts';
import { escapedAnyhow, jsonText, spaced } from './arbitraries.ts';
import {
  anthropic,
  aws,
  awsPlaceholder,
  createContext,
  github,
  githubPlaceholder,
  placeholder,
  redact,
  remember,
  sent,
} from './setup.ts';

const pem = [
  '-----BEGIN PRIVATE KEY-----',
  ...Array.from({ length: 6 }, (_, i) => `${i}madeUpKey/`.repeat(8).slice(0, 64)),
  'AAAA',
  '-----END PRIVATE KEY-----',
].join('\n');

describe('redactJson', () => {
  it('changes nothing but the secret', () => {
    const body =
      `\n{ "big" :12345678901234567890,"f":1.0 ,"e": 1e400,"k":1,"k":2,\t` +
      `"s":"\\u00e9\\/\\ud83d\\ude00 é ${aws}\\n",  "t":[ ] ,"n":null}\r\n`;
    expect(redact(body)).toBe(body.replace(aws, awsPlaceholder));
  });

  it('gives the input’s own memory back where nothing changes', () => {
    const bytes = Buffer.from('{"messages":[{"content":"nothing here"}]}');
    const { parts, changed, redactions } = splice(bytes, redactJson(bytes, createContext()));
    expect(parts).toEqual([bytes]);
    expect(parts[0]).toBe(bytes);
    expect({ changed, redactions }).toEqual({ changed: false, redactions: [] });
  });

  it('lists what it replaced in the order in which it stood', () => {
    const bytes = Buffer.from(JSON.stringify([github, `${aws} ${github}`]));
    const { redactions } = splice(bytes, redactJson(bytes, createContext()));
    expect(redactions.map(({ type }) => type)).toEqual([
      'GITHUB_TOKEN',
      'AWS_ACCESS_KEY',
      'GITHUB_TOKEN',
    ]);
    expect(redactions[0]).toEqual(redactions[2]);
  });

  it('gives one text one placeholder at every depth of escaping', () => {
    const ctx = createContext('openai');
    const inside = JSON.stringify({ cmd: `cat > key\n${pem}` });
    const call = { type: 'function_call', arguments: inside };
    const body = JSON.stringify({ instructions: `key: ${pem}`, input: [call] });
    const found = JSON.stringify(JSON.parse(redact(body, 'application/json', ctx))).match(
      /<pl:[^>]*>/g,
    );
    expect(new Set(found)).toEqual(new Set([placeholder('PEM_BLOCK', pem)]));
    expect(found).toHaveLength(2);
    expect(redact(pem, 'text/plain', ctx)).toBe(placeholder('PEM_BLOCK', pem));
  });

  it('sees through escapes that hide a token, at any depth', () => {
    const ctx = createContext('openai');
    const hidden = (text: string): string =>
      [...text].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('');
    for (const written of [
      hidden(aws),
      hidden(aws).replaceAll('\\', '\\\\'),
      hidden(aws).toUpperCase().replaceAll('\\U', '\\u'),
    ]) {
      expect(redact(`{"a":"x ${written} y"}`, 'application/json', ctx)).toBe(
        `{"a":"x ${awsPlaceholder} y"}`,
      );
    }
  });

  it('sees through URLs whose slashes are escaped in JSON in a string', () => {
    const inner = '{"db":"postgres:\\/\\/me:geheim77@db.example\\/x"}';
    expect(redact(JSON.stringify({ content: inner }))).not.toContain('geheim77');
  });

  it('sees through three layers of escapes', () => {
    const hidden = [...aws].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('');
    const body = JSON.stringify({ a: JSON.stringify({ b: `{"c":"${hidden}"}` }) });
    expect(redact(body)).toBe(
      JSON.stringify({ a: JSON.stringify({ b: `{"c":"${awsPlaceholder}"}` }) }),
    );
  });

  it('redacts what came back wherever it stands, also as a number', () => {
    const ctx = createContext();
    const password = remember(ctx, 'PASSWORD', 'pass"word\\1');
    const pin = remember(ctx, 'PIN', '31415926535');
    const body = JSON.stringify({ a: 'xpass"word\\1x', 'pass"word\\1': [31415926535, 1] });
    expect(JSON.parse(redact(body, 'application/json', ctx))).toEqual({
      a: `x${password}x`,
      [password]: [pin, 1],
    });
  });

  it('replaces a number once, however many known values it holds', () => {
    const ctx = createContext();
    remember(ctx, 'PIN', '31415926');
    const number = '31415926.31415926e31415926';
    const whole = ctx.vault.redact('PIN', Buffer.from(number), ctx.pin, 0).placeholder;
    expect(redact(`{"a":[${number},2]}`, 'application/json', ctx)).toBe(`{"a":["${whole}",2]}`);
  });

  it.each([
    ['bare words', `{a: ${aws}}`],
    ['bare words before a quoted one', `{a: ${aws}, "b": 1}`],
    ['single quotes', `{'a': '${aws}', 'b': [${aws}]}`],
    ['an open list', `[${aws}`],
    ['a comment before the first quote', `{ // ${aws}\n"a": 1}`],
    ['a comment after the last quote', `{"a": 1} // ${aws}`],
    ['a trailing comma', `{"a": "${aws}",}`],
    ['a quote too many', `{"a": "x" ${aws}"}`],
    ['a byte order mark', `\ufeff{"a": "${aws}"}`],
    ['two documents', `{"a": 1} {"b": "${aws}"}`],
    ['a raw line end in a string', `{"a": "x\n${aws}"}`],
    ['more nesting than is parsed', `${'['.repeat(600)}"${aws}"${']'.repeat(600)}`],
  ])('redacts what is nearly JSON: %s', (_, body) => {
    for (const api of ['anthropic', 'openai'] as const) {
      expect(redact(body, 'application/json', createContext(api))).toBe(
        body.replaceAll(aws, awsPlaceholder),
      );
    }
  });

  it('takes a time that grows with the length alone where no quote stands', () => {
    const ctx = createContext('openai');
    remember(ctx, 'PIN', '31415926');
    // Two hundred thousand: searched from the beginning each time, these take minutes.
    const numbers = `["",${'31415926,'.repeat(200_000)}0]`;
    expect(redact(numbers, 'application/json', ctx).match(/<pl:PIN/g)).toHaveLength(200_000);
    expect(redact(`[${`${aws}, `.repeat(40_000)}`, 'application/json', ctx)).not.toContain(aws);
  });

  it.each(['pässwörd-geheim', 'it\'s <my> & "secret"', 'emoji\u{1f600}secret', 'p@ss/w0rd?x=1'])(
    'finds a known value as any encoder writes it (%#)',
    (value) => {
      const ctx = createContext();
      const known = remember(ctx, 'PASSWORD', value);
      const json = JSON.stringify(value);
      const codes = (text: string): string =>
        text.replace(/[<>&'\u0080-\uffff]/g, (one) => {
          return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
        });
      const upper = codes(json).replace(
        /u[0-9a-f]{4}/g,
        (code) => `u${code.slice(1).toUpperCase()}`,
      );
      for (const written of [json, codes(json), upper, json.replaceAll('/', '\\/')]) {
        const body = `{"a":${written}}`;
        expect(redact(body, 'application/json', ctx)).toBe(`{"a":"${known}"}`);
        const nested = JSON.stringify({ content: body });
        expect(redact(nested, 'application/json', ctx)).toBe(
          JSON.stringify({ content: `{"a":"${known}"}` }),
        );
      }
    },
  );

  it('gives a known value its own placeholder where a pattern finds it too', () => {
    const ctx = createContext();
    const known = remember(ctx, 'DEPLOY_KEY', github);
    expect(redact(JSON.stringify(github), 'application/json', ctx)).toBe(`"${known}"`);
  });

  it('joins a known value and a token that overlap', () => {
    const ctx = createContext();
    remember(ctx, 'PASSWORD', `prefix-${aws.slice(0, 8)}`);
    const result = redact(JSON.stringify(`prefix-${aws}`), 'application/json', ctx);
    expect(result).toBe(`"${placeholder('AWS_ACCESS_KEY', `prefix-${aws}`)}"`);
  });

  it('cuts what an operator’s pattern finds over quotes where the strings end', () => {
    const pattern = { type: 'PAIR', regex: 'alpha-[a-z]+": *"beta-[a-z]+', keywords: ['alpha-'] };
    const scanner = compileScanner({ patterns: [pattern], allow: [], disable: [] });
    const ctx = { ...createContext(), scanner };
    const result = redact('{"x alpha-a": "beta-b y", "c":1}', 'application/json', ctx);
    expect(JSON.parse(result)).toEqual({
      [`x ${placeholder('PAIR', 'alpha-a')}`]: `${placeholder('PAIR', 'beta-b')} y`,
      c: 1,
    });
  });

  it('escapes literal placeholders that are known, and no others', () => {
    const ctx = createContext();
    const known = remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
    const unknown = '<pl:PASSWORD:0123456789abcdef>';
    const body = JSON.stringify({ [known]: `${known} ${unknown} <pl:`, b: ['\\', known] });
    const escaped = known.replace('<pl:', '<pl-esc:');
    expect(redact(body, 'application/json', ctx)).toBe(body.replaceAll(known, escaped));
  });

  it('keeps a turn’s bytes in all later turns', () => {
    const ctx = createContext();
    const messages: object[] = [];
    let before = '';
    const texts = [aws, pem, `x ${github}`, 'plain', `\\u0041 ${aws}/`, `${anthropic}\n`];
    for (const text of texts) {
      messages.push({ role: 'user', content: [{ type: 'text', text }] });
      const now = redact(
        `{"system":"s ${github}","messages":${JSON.stringify(messages)}}`,
        'application/json',
        ctx,
      );
      expect(now.startsWith(before)).toBe(true);
      before = now.slice(0, -2);
    }
  });

  it('sees through escapes and percent-encoding in what does not parse', () => {
    const percent = [...github].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const escaped = [...github].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('');
    for (const body of [
      `{"a":"${github}`,
      `{"a":"${escaped}`,
      `{"a":"${percent}`,
      `a=${percent}`,
    ]) {
      expect(redact(body)).toMatch(/^(\{"a":"|a=)<pl:GITHUB_TOKEN:[0-9a-f]{16}>$/);
      expect(redact(body)).toContain(githubPlaceholder);
    }
  });
});

describe('what encoders for web pages escape hides nothing', () => {
  const chosen = 'Kx7vQ2mW9rTz4LpY';
  const web = (json: string): string =>
    json.replace(/[<>&'+]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);

  it.each([
    ['a hash in Ruby', `config.password => "${chosen}"`],
    ['an arrow of PHP', `$db->password = '${chosen}'`],
    ['an element of XML', `<password>${chosen}</password>`],
    ['a URL', `postgres://app:Kx7v&Q2mW9rTz4@db.example/main`],
    ['a key id after an arrow', `'aws_secret_access_key' => '${'Ab1/'.repeat(10)}'`],
    ['a header', `{'Authorization': 'Basic ${Buffer.from(`app:${chosen}`).toString('base64')}'}`],
    ['a parameter', `https://x.example/?a=b&password=${chosen}&c=d`],
  ])('%s', (_, text) => {
    for (const value of [text, JSON.stringify({ text }), JSON.stringify([JSON.stringify(text)])]) {
      const json = JSON.stringify({ messages: [{ role: 'user', content: value }] });
      const plain = JSON.parse(redact(json)) as unknown;
      expect(plain).not.toEqual(JSON.parse(json));
      expect(JSON.parse(redact(web(json)))).toEqual(plain);
    }
  });
});

describe('both ways through a document', () => {
  const both = (body: string, prepare: (ctx: RedactionContext) => void = () => {}) =>
    [false, true].map((decode) => {
      const ctx = createContext('openai');
      prepare(ctx);
      const bytes = Buffer.from(body);
      const body2 = splice(bytes, redactJson(bytes, ctx, { decode }));
      return { text: sent(body2), redactions: body2.redactions };
    });

  it('give the same', () => {
    const secrets = [aws, github, anthropic, pem, awsPlaceholder];
    fc.assert(
      fc.property(jsonText(secrets), (body) => {
        const [raw, decoded] = both(body);
        expect(decoded).toEqual(raw);
      }),
      { numRuns: 300 },
    );
  });

  it('give the same where only the surroundings of an escape are decoded', () => {
    const hide = (secret: string): string =>
      `\\u00${secret.charCodeAt(0).toString(16)}${secret.slice(1)}`;
    const long = 'some words of a long text '.repeat(2000);
    const link = `https://x.example/?key=%${aws.charCodeAt(0).toString(16)}${aws.slice(1)}`;
    const text = [aws, long, hide(github), github, long, hide(anthropic), link, long, anthropic];
    for (const hidden of [
      text,
      [...text].reverse(),
      [link, long, long, hide(github), long, long],
    ]) {
      const call = JSON.stringify({ password: 'Kx7vQ2mW9rTz4', text: hidden.join(' ') });
      const [raw, decoded] = both(JSON.stringify({ a: [call, hidden.join('\n')], b: github }));
      expect(raw?.text).not.toMatch(
        new RegExp([aws, github, anthropic].map((one) => one.slice(1)).join('|')),
      );
      expect(raw).toEqual(decoded);
    }
  });

  it('give the same with known values', () => {
    const known = ['pass"word\\1', 'two\nlines!', 'naïve→pass', 'back\\slash\\/es'];
    fc.assert(
      fc.property(jsonText(known), (body) => {
        const [raw, decoded] = both(body, (ctx) => {
          for (const value of known) remember(ctx, 'PASSWORD', value);
        });
        expect(decoded).toEqual(raw);
        for (const value of known)
          expect(textsOf(JSON.parse(raw?.text ?? ''))).not.toContain(value);
      }),
      { numRuns: 300 },
    );
  });

  it('leave no secret, however it is escaped, and change nothing else', () => {
    const secrets = [aws, github, anthropic];
    fc.assert(
      fc.property(
        spaced(secrets).chain((value) => fc.tuple(fc.constant(value), escapedAnyhow(value))),
        ([value, body]) => {
          const result = JSON.parse(redact(body, 'application/json', createContext('openai')));
          const plain = JSON.parse(
            redact(JSON.stringify(value), 'application/json', createContext('openai')),
          );
          expect(result).toEqual(plain);
          for (const secret of secrets) expect(textsOf(result)).not.toContain(secret);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** All strings and keys of a value, as one text. */
function textsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, item]) => `${key}\u0000${textsOf(item)}`)
    .join('\u0000');
}
