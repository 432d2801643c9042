import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATTERNS } from '../../lib/detect/patterns.ts';
import { conforming } from './schema.ts';
import { removeFolder, temporaryFolder, waterwall } from './transcript.ts';

let folder: string;
let home: string;

/** Makes one up; the same one in every run. */
function example(type: string): string {
  let state = 7;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const pattern = PATTERNS.find((candidate) => candidate.type === type);
  if (pattern === undefined) throw new Error(`no type ${type}`);
  return pattern.example(random);
}

const AWS = example('AWS_ACCESS_KEY');
const GROQ = example('GROQ_KEY');
const KNOWN = 'blau-gruen-7-elefant';

beforeAll(() => {
  folder = temporaryFolder();
  home = join(folder, 'home');
  mkdirSync(join(home, 'etc'), { recursive: true, mode: 0o700 });
  writeFileSync(
    join(home, 'etc', 'known_secrets.yaml'),
    `values: [{ type: DB_PASSWORD, value: ${KNOWN} }]\n`,
    { mode: 0o600 },
  );
  writeFileSync(
    join(home, 'etc', 'patterns.yaml'),
    'patterns: [{ type: ACME_TOKEN, regex: "\\\\bacme_[a-z0-9]{32}\\\\b", keywords: [acme_] }]\ndisable: [GROQ_KEY]\n',
  );
  mkdirSync(join(folder, 'tree', 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'tree', 'a.env'), `# →\nKEY=${AWS}\n`);
  writeFileSync(join(folder, 'tree', 'node_modules', 'b.env'), AWS);
  writeFileSync(join(folder, 'tree', 'c.bin'), Buffer.from(`\0${AWS}`));
  writeFileSync(join(folder, 'tree', 'd.txt'), 'nothing here\n');
  symlinkSync('/', join(folder, 'tree', 'e'));
});

afterAll(() => removeFolder(folder));

const run = (args: readonly string[], stdin = '') => waterwall(args, { home, cwd: folder, stdin });

describe('scan', () => {
  test('tells type, line and column, never the value', async () => {
    expect(await run(['scan', 'tree/a.env'])).toEqual({
      code: 1,
      stdout: 'tree/a.env:2:5: AWS_ACCESS_KEY\n',
      stderr: '',
    });
  });

  test('nothing found: silent, 0', async () => {
    expect(await run(['scan', 'tree/d.txt'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('standard input, columns in characters', async () => {
    const found = { code: 1, stdout: '-:1:4: AWS_ACCESS_KEY\n', stderr: '' };
    expect(await run(['scan', '-'], `😀é ${AWS}`)).toEqual(found);
    expect(await run(['scan'], `😀é ${AWS}`)).toEqual(found);
  });

  test('what is encoded, and what escapes hide', async () => {
    const base64 = Buffer.from(`user:${KNOWN}`).toString('base64');
    const hidden = [...AWS].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('');
    const percent = `%${AWS.charCodeAt(0).toString(16)}${AWS.slice(1)}`;
    const text = `Basic ${base64}\n{"k":"${hidden}"}\n?k=${percent}\n`;
    expect(await run(['scan'], text)).toEqual({
      code: 1,
      stdout: '-:1:7: DB_PASSWORD\n-:2:7: AWS_ACCESS_KEY\n-:3:4: AWS_ACCESS_KEY\n',
      stderr: '',
    });
  });

  test('folders with all they hold; binary files are said', async () => {
    expect(await run(['scan', 'tree'])).toEqual({
      code: 1,
      stdout: 'tree/a.env:2:5: AWS_ACCESS_KEY\n',
      stderr: 'tree/c.bin: not looked at: binary\n',
    });
  });

  test('what cannot be read: 2, and the rest all the same', async () => {
    expect(await run(['scan', 'nowhere', 'tree/a.env'])).toEqual({
      code: 2,
      stdout: 'tree/a.env:2:5: AWS_ACCESS_KEY\n',
      stderr: 'nowhere: not looked at: it is not there (ENOENT)\n',
    });
  });

  test('--json', async () => {
    const { code, stdout } = await run(['scan', '--json', 'tree/a.env', 'tree/c.bin']);
    expect(code).toBe(1);
    expect(conforming('cli-scan', stdout)).toEqual({
      files: 1,
      findings: [{ file: 'tree/a.env', type: 'AWS_ACCESS_KEY', line: 2, column: 5 }],
      skipped: [{ file: 'tree/c.bin', reason: 'binary' }],
    });
  });

  test('goes by the home: its patterns, its known values, what it switched off', async () => {
    const text = `acme_${'0a'.repeat(16)}\nx ${KNOWN}\n${GROQ}\n`;
    expect(await run(['scan'], text)).toMatchObject({
      code: 1,
      stdout: '-:1:1: ACME_TOKEN\n-:2:3: DB_PASSWORD\n',
    });
  });

  test('a name that would move the cursor is shown without', async () => {
    writeFileSync(join(folder, 'x\u001b[2J'), AWS);
    const { stdout } = await run(['scan', 'x\u001b[2J']);
    expect(stdout).toBe('x·[2J:1:1: AWS_ACCESS_KEY\n');
  });
});

describe('patterns', () => {
  test('lists every type, and says what is off and what is the operator’s', async () => {
    const { code, stdout } = await run(['patterns', 'list', '--json']);
    expect(code).toBe(0);
    const { patterns } = conforming('cli-patterns', stdout) as {
      patterns: { type: string; enabled: boolean; from: string }[];
    };
    const of = (type: string) => patterns.find((pattern) => pattern.type === type);
    expect(of('GROQ_KEY')).toMatchObject({ enabled: false });
    expect(of('ACME_TOKEN')).toMatchObject({ enabled: true, from: 'patterns.yaml' });
    for (const { type } of PATTERNS) expect(of(type), type).toBeDefined();
    expect((await run(['patterns'])).stdout).toMatch(/^GROQ_KEY +switched off in patterns\.yaml$/m);
  });

  test('test: where it matches, 0; nowhere, 1; no such type, 2', async () => {
    expect(await run(['patterns', 'test', 'AWS_ACCESS_KEY', `k ${AWS}`])).toEqual({
      code: 0,
      stdout: '1:3: AWS_ACCESS_KEY\n',
      stderr: '',
    });
    expect(await run(['patterns', 'test', 'AWS_ACCESS_KEY', '-'], AWS)).toMatchObject({ code: 0 });
    const { stdout } = await run(['patterns', 'test', '--json', 'AWS_ACCESS_KEY', `k ${AWS}`]);
    expect(conforming('cli-patterns-test', stdout)).toEqual({
      type: 'AWS_ACCESS_KEY',
      matches: [{ type: 'AWS_ACCESS_KEY', line: 1, column: 3 }],
    });
    expect(await run(['patterns', 'test', 'AWS_ACCESS_KEY', 'AKIA'])).toMatchObject({ code: 1 });
    const unknown = await run(['patterns', 'test', 'AWS_ACESS_KEY', 'x']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean AWS_ACCESS_KEY?');
  });
});
