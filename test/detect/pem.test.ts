import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';
import type { Span } from '../../lib/detect/types.ts';
import { randomFrom } from './random.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

/** Base64 that no token pattern matches, and no two lines of which are alike. */
function lines(count: number, width = 64, seed = 7): string[] {
  const random = randomFrom(seed);
  const alphabet = 'BCDFGHLNPQRTUVWXYZbcdfglmnpqrtuvwxyz0123456789+/';
  const line = (length: number): string =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  return [...Array.from({ length: count - 1 }, () => line(width)), `${line(width - 10)}==`];
}

const KINDS = [
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'PRIVATE KEY',
  'PGP PRIVATE KEY BLOCK',
];
const body = lines(6);
const begin = (kind = 'PRIVATE KEY'): string => `-----BEGIN ${kind}-----`;
const end = (kind = 'PRIVATE KEY'): string => `-----END ${kind}-----`;
const file = (kind?: string): string[] => [begin(kind), ...body, end(kind)];

function scan(text: string, depth = 0, privateKeySeen = false): readonly Span[] {
  return scanner.scan({ bytes: Buffer.from(text), depthAt: () => depth, privateKeySeen }).spans;
}

/** The texts of the spans; all of them must be of the one type. */
function found(text: string, depth = 0, privateKeySeen = false): string[] {
  const spans = scan(text, depth, privateKeySeen);
  expect(spans.every(({ type }) => type === 'PEM_BLOCK')).toBe(true);
  return spans.map((span) => Buffer.from(text).subarray(span.start, span.end).toString());
}

const escaped = (text: string, depth: number): string =>
  depth === 0 ? text : escaped(JSON.stringify(text).slice(1, -1), depth - 1);

describe('a whole block', () => {
  it.each(KINDS)('of kind %s is one span', (kind) => {
    const text = file(kind).join('\n');
    expect(found(`before\n${text}\nafter`)).toEqual([text]);
  });

  it.each([
    [0, '\n'],
    [1, '\n'],
    [2, '\n'],
    [3, '\n'],
    [0, '\r\n'],
    [1, '\r\n'],
    [2, '\r\n'],
    [3, '\r\n'],
  ])('at depth %i with line ends %j is one span of that depth', (depth, newline) => {
    const text = escaped(file().join(newline), depth);
    const [span, ...rest] = scan(`"${text}"`, depth);
    expect(rest).toEqual([]);
    expect(span).toEqual({ start: 1, end: 1 + text.length, type: 'PEM_BLOCK', depth });
  });

  it('may have headers, blank lines and trailing spaces', () => {
    const text = [
      begin('RSA PRIVATE KEY'),
      'Proc-Type: 4,ENCRYPTED',
      'DEK-Info: AES-128-CBC,0011',
      '',
      ...body.map((line) => `${line} `),
      end('RSA PRIVATE KEY'),
    ].join('\n');
    expect(found(`k: ${text}`)).toEqual([text]);
    const pgp = [
      begin('PGP PRIVATE KEY BLOCK'),
      'Version: GnuPG v2',
      '',
      ...body,
      '=aBcD',
      end('PGP PRIVATE KEY BLOCK'),
    ].join('\n');
    expect(found(pgp)).toEqual([pgp]);
  });

  it.each(['', ' '])('on one line, joined by %j, is one span', (joint) => {
    const text = file().join(joint);
    expect(found(`KEY="${text}"`)).toEqual([text]);
  });
});

describe('a printed block', () => {
  const number = (i: number): string => String(i + 1);
  const PREFIXES: Readonly<Record<string, (i: number) => string>> = {
    'cat -n': (i) => `${number(i).padStart(6)}\t`,
    'escaped tab': (i) => `${number(i).padStart(6)}\\t`,
    arrow: (i) => `${number(i).padStart(6)}→`,
    colon: (i) => `${number(i)}: `,
    bar: (i) => `${number(i)}|`,
    'Line N': (i) => `  Line ${number(i)}: `,
    grep: (i) => `${number(i)}:`,
    'grep context': (i) => `${number(i)}-`,
    'grep with names': (i) => `etc/keys/server.key:${number(i)}:`,
    added: () => '+',
    removed: () => '-',
    context: () => ' ',
    quote: () => '> ',
    YAML: () => '    ',
    'numbered diff': (i) => `${number(i)}: +`,
  };

  it.each(Object.entries(PREFIXES))('gives its base64 line by line: %s', (_, prefix) => {
    for (const newline of ['\n', '\r\n', '\\n', '\\r\\n', '\\\\n']) {
      const text = file()
        .map((line, i) => `${prefix(i)}${line}${newline}`)
        .join('');
      expect(found(`x${newline}${text}done`), JSON.stringify(newline)).toEqual(body);
    }
  });

  it('gives lines that begin with + whole where the block is no diff', () => {
    const plus = body.map((line, i) => (i < 3 ? `+${line.slice(1)}` : line));
    const text = [begin(), ...plus, end()];
    expect(found(text.join('\\n'))).toEqual(plus);
    expect(found(text.map((line) => `+${line}`).join('\n'))).toEqual(plus);
  });

  it('gives old and new lines of a diff', () => {
    const other = lines(6, 64, 99);
    const diff = [
      ` ${begin()}`,
      ...body.map((line) => `-${line}`),
      ...other.map((line) => `+${line}`),
      ` ${end()}`,
    ];
    expect(found(diff.join('\n'))).toEqual([...body.map((line) => line), ...other]);
  });

  it('is seen in source code', () => {
    const text = file()
      .map((line) => `  "${line}\\n" +`)
      .join('\n');
    expect(found(text)).toEqual(body);
  });

  it('with line ends escaped more often than the text around them gives its lines', () => {
    expect(found(file().join('\\n'), 0)).toEqual(body);
    expect(found(file().join('\\\\n'), 1)).toEqual(body);
    expect(found(file().join('\\n'), 2)).toEqual(body);
  });
});

describe('a block whose lines are parted by more than is usual', () => {
  const time = (i: number): string => `2026-01-01T00:00:0${i % 10}.0000000Z`;
  const AROUND: Readonly<Record<string, (line: string, i: number) => string>> = {
    'docker compose logs': (line) => `web-1  | ${line}`,
    'with colours': (line) => `\u001b[36mweb-1  | \u001b[0m${line}`,
    'kubectl logs --prefix': (line) => `[pod/web-6d4cf56db6-abcde/web] ${line}`,
    'GitHub Actions': (line, i) => `build\tRun tests\t${time(i)} ${line}`,
    times: (line, i) => `[12:00:0${i % 10}] ${line}`,
    streams: (line) => `[stdout] ${line}`,
    logfmt: (line, i) => `ts=${time(i)} level=info msg=${line}`,
    'lines of JSON': (line, i) => `{"n":${i},"level":"info","msg":"${line}"}`,
    syslog: (line, i) => `Jan  1 12:00:0${i % 10} host app[123]: ${line}`,
    'git blame': (line, i) =>
      `${i % 3 ? 'abc1234f' : '^de01234'} (${i % 2 ? 'Jane Doe ' : 'Some Öne'} 2026-01-01 12:00:00 +0000 ${String(i + 1).padStart(2)}) ${line}`,
    'a diff of a diff': (line, i) => `${i % 2 ? '+-' : '--'}${line}`,
    breaks: (line) => `${line}<br>`,
    entities: (line) => `${line}&#10;`,
    list: (line) => `<li>${line}</li>`,
    calls: (line) => `lines.push('${line}');`,
    'cat -A': (line) => `${line}$`,
  };

  it.each(Object.entries(AROUND))('gives its base64 line by line: %s', (_, around) => {
    for (const newline of ['\n', '\r\n', '\\n', '\\\\n']) {
      const print = (lines: readonly string[]): string =>
        ['starting', ...lines, 'all done'].map(around).join(newline);
      const [, ...headless] = file();
      expect(found(print(file()))).toEqual(body);
      expect(found(print(headless.slice(1)))).toEqual(body.slice(1));
      expect(found(print(file().slice(0, 4)))).toEqual(body.slice(0, 3));
      const middle = [...file().slice(0, 3), '… 2 lines truncated …', ...file().slice(5)];
      expect(found(print(middle))).toEqual([...body.slice(0, 2), ...body.slice(4)]);
      expect(found(print(file('CERTIFICATE')))).toEqual([]);
    }
  });

  it.each([
    ' ',
    ',',
    ', ',
    ';',
    '\t',
    "', '",
    '", "',
    '" + "',
    '<br>',
    '&#10;',
    '%0A',
    '`n',
    '^J',
    '\\x0a',
  ])('gives its base64 where %j stands between lines', (joint) => {
    const [, ...headless] = file();
    const join = (lines: readonly string[]): string => `keys = ["${lines.join(joint)}"]`;
    const isLeft = (text: string): boolean => {
      const spans = scan(text);
      return body.slice(1).some((line) => {
        const at = text.indexOf(line);
        return (
          at >= 0 && !spans.some(({ start, end: to }) => start <= at && to >= at + line.length)
        );
      });
    };
    expect(isLeft(join(file()))).toBe(false);
    expect(isLeft(join(headless.slice(1)))).toBe(false);
    expect(isLeft(join(file().slice(0, 5)))).toBe(false);
    expect(isLeft(`${join(file().slice(0, 3))}[truncated]${join(file().slice(5))}`)).toBe(false);
  });

  it('gives what is left of lines that were cut', () => {
    const text = file()
      .map((line) => `web-1  | ${line}`)
      .join('\n');
    const cut = (body[1] ?? '').slice(20);
    const at = text.indexOf(cut);
    expect(found(`…${text.slice(at)}`)).toEqual([cut, ...body.slice(2)]);
    expect(found(`${text.slice(0, at)}…`)).toEqual([body[0], (body[1] ?? '').slice(0, 20)]);
    expect(found(text.slice(0, at))).toEqual([body[0], (body[1] ?? '').slice(0, 20)]);
  });

  it('gives a last line that is nearly as long', () => {
    const [first = '', ...rest] = lines(4, 64, 5);
    const nearly = `${first.slice(0, 61)}==`;
    const text = [...rest.slice(0, 2), nearly, end()].map((line) => `web-1  | ${line}`);
    expect(found(text.join('\n'))).toEqual([...rest.slice(0, 2), nearly]);
  });

  it('gives lines without a marker where one was seen', () => {
    const middle = lines(5, 64, 3).slice(0, 4);
    const text = ['x', ...middle, 'y'].map((line, i) => `${time(i)} web-1  | ${line}`).join('\n');
    expect(found(text)).toEqual([]);
    expect(found(text, 0, true)).toEqual(middle);
    const hashes = middle.map((hash, i) => `<script src="a${i}.js" integrity="sha384-${hash}">`);
    expect(found(hashes.join('\n'), 0, true)).toEqual([]);
  });

  it('takes nothing else for lines', () => {
    const other = [
      `a = '${begin()}'`,
      `b = '${'0123456789abcdef'.repeat(4)}'`,
      `c = 'src/components/someVeryLongFolderName/AndAnotherOne/index2'`,
      'd = 1',
    ];
    expect(found(other.join('\n'))).toEqual([]);
  });
});

describe('a cut block', () => {
  it.each([
    ['with a mark', '\n…'],
    ['at the end', ''],
    ['before other text', '\nhello world\n'],
  ])('without its tail loses its base64: %s', (_, rest) => {
    expect(found([begin(), ...body.slice(0, 3)].join('\n') + rest)).toEqual(body.slice(0, 3));
  });

  it('within its first line loses it', () => {
    const start = body[0]?.slice(0, 20) ?? '';
    expect(found(`${begin()}\n${start}…`)).toEqual([start]);
  });

  it('without its head loses its base64', () => {
    expect(found(['…', ...body.slice(2), end(), ''].join('\n'))).toEqual(body.slice(2));
    const text = ['12: start', ...body.slice(2), end()]
      .map((line, i) => `${i}\t${line}`)
      .join('\\n');
    expect(found(text)).toEqual(body.slice(2));
  });

  it('within a line loses what is left of it', () => {
    const part = body[2]?.slice(20) ?? '';
    expect(found([`[200 tokens truncated…${part}`, ...body.slice(3), end()].join('\n'))).toEqual([
      part,
      ...body.slice(3),
    ]);
  });

  it('without its middle loses both ends', () => {
    const text = [begin(), ...body.slice(0, 2), '…3233 tokens truncated…', ...body.slice(4), end()];
    expect(found(text.join('\n'))).toEqual([...body.slice(0, 2), ...body.slice(4)]);
  });

  it.each([64, 70])('without both loses three lines of %i where a marker was seen', (width) => {
    const middle = lines(5, width, 3).slice(0, 4);
    const text = `output:\n${middle.join('\n')}\nfoo bar`;
    expect(found(text)).toEqual([]);
    expect(found(text, 0, true)).toEqual(middle);
    expect(found(text.replaceAll('\n', '\\n'), 0, true)).toEqual(middle);
    expect(found(middle.map((line, i) => `${i}\t${line}\n`).join(''), 0, true)).toEqual(middle);
    expect(found(`${middle.slice(0, 2).join('\n')}\nx y`, 0, true)).toEqual([]);
    expect(found(`${text}\n${begin()} is a marker`)).toEqual(middle);
  });

  it('does not take digests for lines', () => {
    const digests = Array.from({ length: 5 }, (_, i) => `${i}`.repeat(64)).join('\n');
    expect(found(digests, 0, true)).toEqual([]);
  });
});

describe('PuTTY', () => {
  it('keeps public lines and loses private ones', () => {
    const text = [
      'PuTTY-User-Key-File-3: ssh-rsa',
      'Encryption: none',
      'Comment: c',
      'Public-Lines: 2',
      ...lines(2, 64, 1),
      'Private-Lines: 6',
      ...body,
      'Private-MAC: 00112233',
    ];
    expect(found(text.join('\n'))).toEqual(body);
    expect(scanner.scan({ bytes: Buffer.from(text[0] ?? '') }).privateKeySeen).toBe(true);
  });
});

describe('what is no private key', () => {
  it.each(['CERTIFICATE', 'PUBLIC KEY', 'RSA PUBLIC KEY', 'PGP PUBLIC KEY BLOCK', 'PGP MESSAGE'])(
    '%s stays, even next to a private key',
    (kind) => {
      const text = file(kind).join('\n');
      expect(found(text)).toEqual([]);
      expect(scanner.scan({ bytes: Buffer.from(text) }).privateKeySeen).toBe(false);
      expect(found(text, 0, true)).toEqual([]);
      const key = file('EC PRIVATE KEY').join('\n');
      expect(found(`${text}\n${key}\n${text}`)).toEqual([key]);
    },
  );

  it('source code between two marker strings stays', () => {
    const text = `const a = '${begin()}';\n/**\n * Reads a key.\n * @param data the bytes\n */\nfunction read(data) {\n  return parse(data);\n}\nconst b = '${end()}';\n`;
    expect(found(text)).toEqual([]);
  });
});

describe('any text', () => {
  it('gives sorted, disjoint spans inside it', () => {
    const piece = fc.constantFrom(
      begin(),
      end(),
      begin('CERTIFICATE'),
      end('CERTIFICATE'),
      ...body,
      '\n',
      '\\n',
      '\\\\n',
      ' ',
      '+',
      '12\t',
      '…',
      '\\',
      'word',
      'Private-Lines: 2',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.nat(3),
        fc.boolean(),
        (pieces, depth, seen) => {
          const text = pieces.join('');
          let last = 0;
          for (const { start, end: stop } of scan(text, depth, seen)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(stop).toBeGreaterThan(start);
            last = stop;
          }
          expect(last).toBeLessThanOrEqual(Buffer.byteLength(text));
        },
      ),
    );
  });
});

describe('the tail of a key', () => {
  it('keeps no plus with which a line ends', () => {
    const line = `${'aB3/'.repeat(15)}aB3+`;
    const tail = `${line}\n${line}\n-----END PRIVATE KEY-----\n`;
    const compiled = compileScanner({ patterns: [], allow: [], disable: [] });
    const { spans } = compiled.scan({ bytes: Buffer.from(tail) });
    expect(spans.map(({ start, end }) => tail.slice(start, end))).toEqual([line, line]);
  });
});

it('a numbered line keeps the plus with which its base64 begins', () => {
  const line = `+${'aB3/'.repeat(15)}aB3`;
  const lines = ['-----BEGIN PRIVATE KEY-----', line, line, '-----END PRIVATE KEY-----'];
  const text = lines.map((content, i) => `${i + 1}: ${content}`).join('\n');
  const compiled = compileScanner({ patterns: [], allow: [], disable: [] });
  const { spans } = compiled.scan({ bytes: Buffer.from(text) });
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([line, line]);
});
