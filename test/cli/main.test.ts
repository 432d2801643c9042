import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { describe, expect, test } from 'vitest';
import { VERBS } from '../../lib/cli/verbs.ts';
import { start, waterwall } from './transcript.ts';

const MANIFEST = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('waterwall', () => {
  test('--version prints the version and nothing else', async () => {
    expect(await waterwall(['--version'])).toEqual({
      code: 0,
      stdout: `${MANIFEST.version}\n`,
      stderr: '',
    });
  });

  test.runIf('enableCompileCache' in module)('what was compiled is kept beside it', async () => {
    await waterwall(['--version']);
    const cache = new URL('../../dist/cache', import.meta.url);
    expect(readdirSync(cache, { recursive: true }).length).toBeGreaterThan(1);
  });

  test('--help lists every verb on stdout', async () => {
    const { code, stdout, stderr } = await waterwall(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name, summary } of VERBS)
      expect(stdout).toMatch(new RegExp(`${name} +${summary}`));
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('without a verb: the help on stderr, 2', async () => {
    const { code, stdout, stderr } = await waterwall([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: waterwall');
  });

  test('an unknown verb: what was probably meant, 2', async () => {
    const { code, stdout, stderr } = await waterwall(['statsu']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Did you mean status?');
  });

  test('with --json a usage error is JSON on stdout, and nothing else', async () => {
    const { code, stdout, stderr } = await waterwall(['status', '--json', '--bogus']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'usage', message: "unknown option '--bogus'" },
    });
  });

  test.each(VERBS.map(({ name }) => name))(
    '%s --help has examples, in 80 columns',
    async (name) => {
      const { code, stdout, stderr } = await waterwall([name, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\nExamples:\n {2}\$ \S/);
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    },
  );

  test('a reader that goes away is no failure', async () => {
    const child = start(['patterns', '--help'], {}, ['ignore', 'pipe', 'pipe']);
    child.stdout?.destroy();
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.runIf(existsSync('/dev/full'))('a result that no disk takes is said, and 2', async () => {
    const full = openSync('/dev/full', 'w');
    const child = start(['patterns', 'list'], {}, ['ignore', full, 'pipe']);
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^waterwall: the output cannot be written \(ENOSPC\)\n {2}fix: .+\n$/);
  });
});
