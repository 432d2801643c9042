import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';

const scanner = compileScanner({
  patterns: [
    { type: 'NESTED', regex: 'acme_([a-z]+_?)+z', keywords: ['acme_'] },
    { type: 'DOTS', regex: 'evil.*never', keywords: [] },
  ],
  allow: [],
  disable: [],
});

const A64 = 'A'.repeat(64);

const KEY_LINE = 'aB3/'.repeat(16);

/** Of three times a text, so that it can be repeated. */
function base64(text: string): string {
  return Buffer.from(text.repeat(3)).toString('base64');
}

const FLOODS = [
  'eyJ-',
  'eyJaaaaaaaaaa-',
  'eyJaaaaaaaaaa.a.',
  'AKIA',
  'ghp_',
  'sk-ant-api03-',
  'MTk4',
  '-',
  '---',
  'a',
  '<pl:',
  '\\',
  '\\\\u003cpl:',
  '\\/',
  '\\u0061',
  '1:A',
  'https://a:b',
  'secret_access_key=',
  'token=',
  'token = ',
  'password =\\u003e ',
  'https://a:b\\u0026c',
  'token="aB3xK9mP2qR7tU5w" ',
  'password: "',
  'authorization: basic ',
  'variable "password" {',
  '<key>password</key>',
  'password\\u001b[m',
  'ENV PASSWORD aB3xK9mP2! ',
  '| password ',
  'password    aB3xK9mP2!\n',
  'password: |\n',
  '["password"]=>',
  '$' + '{password:-',
  'curl -u a:aB3xK9mP2! ',
  'curl ',
  'mysql -p',
  'a,password\n',
  'password,',
  'password,token\\n',
  ' login ',
  'machine a login b password ',
  ':5432:a:b:',
  'acme_',
  'evil',
  '-----BEGIN ',
  '-----BEGIN RSA PRIVATE KEY-----',
  '-----BEGIN RSA PRIVATE KEY-----\n',
  `-----BEGIN RSA PRIVATE KEY-----\n${A64}\n`,
  '-----END RSA PRIVATE KEY-----',
  `${A64}\n-----END RSA PRIVATE KEY-----`,
  'Private-Lines: 3\n',
  // Lines of keys with something before them, of one length and of two.
  `web-1  | -----BEGIN PRIVATE KEY-----\nweb-1  | ${KEY_LINE}\n`,
  `web-1  | ${KEY_LINE}\nweb-1  | ${KEY_LINE}\nweb-1  | -----END PRIVATE KEY-----\n`,
  `web-1  | ${KEY_LINE}\n`,
  `web-1  | ${KEY_LINE}\nwith another prefix | ${KEY_LINE}\n`,
  `-----BEGIN PRIVATE KEY-----${'a b '.repeat(250)}`,
  'Z2hwX2Fh',
  // Text at one place of the grid, and at all four.
  'QUJD',
  'RVRV',
  ...['password="aB3xK9mP2qR7tU5w" ', 'https://a:b', 'AKIA -', 'eyJ-a.'].map(base64),
  base64(base64('password="aB3xK9mP2qR7tU5w" ')),
  Buffer.from('password=aB3xK9mP2qR7tU5w ').toString('hex'),
  // Both alphabets in one run.
  `${base64('password="aB3xK9mP2qR7tU5w" ')}/_`,
  '6768705f61',
  `${'Z2hwX2Fh'.repeat(8)}\n`,
  `${A64}\n`,
  '%67',
  `-----BEGIN CERTIFICATE-----\n${A64}\n`,
  Buffer.from('password=aB3xK9mP2qR7tU5w ', 'utf16le').toString('base64'),
  `${Buffer.from('password=aB3x', 'utf16le').toString('base64')} `,
  // Bytes one by one.
  '0x61, ',
  '0x00,0x61,',
  '\\x61',
  '<Buffer 61 62>',
  'Buffer"',
  '\\"Buffer\\",\\"data\\":[97',
  '97,',
  // Dumps: offsets, lines that do not follow each other, and such that look like a second row.
  '0',
  '000000 ',
  '\n000000 ',
  '00000000 ',
  '00000000: 00 ',
  '000000 00\n',
  '000000 00\\n',
  '00000010: 4749 5448 5542 3d67 6768  GITHUB=ggh\n',
  '0000000   a   b   c   d   e\\n',
  `${'0000000  '.repeat(100)}\n`,
];

/**
 * The quickest of a few runs, in processor time: what else the machine does can only make one
 * slower, and what waits for its turn the most the longest run.
 */
function quickest(bytes: Buffer): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    scanner.scan({ bytes, depthAt: () => 1, privateKeySeen: true });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

describe('time grows with the length and no faster', () => {
  it.each(FLOODS.map((flood) => [JSON.stringify(flood.slice(0, 40)), flood] as const))(
    '%s repeated',
    (_, flood) => {
      const of = (size: number): Buffer =>
        Buffer.from(flood.repeat(Math.ceil(size / flood.length)));
      const small = of(24_000);
      const large = of(24_000 * 8);
      quickest(small);
      // Quadratic work would take 64 times as long; 2 ms is what a pause of the collector takes.
      expect(quickest(large)).toBeLessThan(24 * quickest(small) + 2);
    },
  );

  it('one long run with a marker before and after it', () => {
    const run = 'A'.repeat(400_000);
    const text = `-----BEGIN PRIVATE KEY-----${run}-----END PRIVATE KEY-----`;
    const { spans } = scanner.scan({ bytes: Buffer.from(text) });
    expect(spans).toEqual([{ start: 0, end: text.length, type: 'PEM_BLOCK', depth: 0 }]);
  });
});
