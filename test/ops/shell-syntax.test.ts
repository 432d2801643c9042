import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SHELLS, setVariables, shellOf } from '../../lib/ops/shell-syntax.ts';

const NASTY = `a'b"c$HOME \`id\` \\ ; | & * ? ~ # é\t!`;

/** What the shell then hands to a program it starts. */
function roundTrip(program: string, args: readonly string[], script: string): string | undefined {
  const result = spawnSync(program, [...args, `${script}printenv WATERWALL_TRY`], {
    encoding: 'utf8',
  });
  return result.error ? undefined : result.stdout;
}

describe('setVariables', () => {
  test.each([
    ['sh', 'sh'],
    ['bash', 'bash'],
    ['zsh', 'zsh'],
    ['fish', 'fish'],
  ] as const)('%s takes any value as it is', (shell, program) => {
    const seen = roundTrip(program, ['-c'], setVariables(shell, { WATERWALL_TRY: NASTY }));
    if (seen !== undefined) expect(seen).toBe(`${NASTY}\n`);
  });

  test('sh takes any printable value as it is', () => {
    const values = fc.sample(fc.string({ unit: 'grapheme', maxLength: 20 }), 100);
    const wanted = Object.fromEntries(values.map((value, index) => [`WW_${index}`, value]));
    const script = `${setVariables('sh', wanted)}exec "$0" -e 'process.stdout.write(JSON.stringify(process.env))'`;
    const { stdout } = spawnSync('sh', ['-c', script, process.execPath], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject(wanted);
  });

  test('fish and powershell escape their own way', () => {
    expect(setVariables('fish', { A: `x'\\y` })).toBe(`set -gx A 'x\\'\\\\y'\n`);
    expect(setVariables('powershell', { A: `x'$y’` })).toBe(`$env:A = 'x''$y’’'\n`);
  });

  test('json is an object', () => {
    expect(JSON.parse(setVariables('json', { A: NASTY }))).toEqual({ A: NASTY });
  });

  test('plain values stay unquoted in sh, a line each', () => {
    expect(setVariables('sh', { A: 'http://127.0.0.1:8888', B: '/x/y z' })).toBe(
      "export A=http://127.0.0.1:8888\nexport B='/x/y z'\n",
    );
  });
});

test('shellOf goes by the program, then by the platform', () => {
  expect(shellOf({ SHELL: '/usr/bin/fish' }, 'linux')).toBe('fish');
  expect(shellOf({ SHELL: '/bin/zsh' }, 'darwin')).toBe('zsh');
  expect(shellOf({ SHELL: '/opt/nu' }, 'linux')).toBe('sh');
  expect(shellOf({ SHELL: '/opt/json' }, 'linux')).toBe('sh');
  expect(shellOf({}, 'win32')).toBe('powershell');
  for (const shell of SHELLS) expect(setVariables(shell, { A: 'b' })).toContain('A');
});
