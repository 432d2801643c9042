import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { bashCompletion } from '../../lib/cli/completion/bash.ts';
import { fishCompletion } from '../../lib/cli/completion/fish.ts';
import { zshCompletion } from '../../lib/cli/completion/zsh.ts';
import { type CommandOutline, outlineProgram, withDescendants } from '../../lib/cli/outline.ts';
import { waterwall } from './transcript.ts';

let program: CommandOutline;
beforeAll(async () => {
  program = await outlineProgram();
});

/** What bash offers for the last word of a line. */
function offered(...words: string[]): readonly string[] {
  const script = `${bashCompletion(program)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _waterwall; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trimEnd().split('\n').filter(Boolean);
}

describe('bash', () => {
  test('offers every command and every option where it belongs', () => {
    for (const { path, commands, options } of withDescendants(program)) {
      const place = ['waterwall', ...path.split(' ').filter(Boolean)];
      if (commands.length > 0) {
        const verbs = commands.map((command) => command.path.split(' ').at(-1));
        expect(offered(...place, '')).toEqual(expect.arrayContaining(verbs));
      }
      const flags = options.map(({ long }) => long);
      expect(offered(...place, '--')).toEqual(expect.arrayContaining([...flags, '--help']));
    }
  });

  test.each([
    [['verify-i'], ['verify-install']],
    [['killswitch', 'a'], ['arm']],
    [['env', '--shell', 'f'], ['fish']],
    [['hook', 'un'], ['uninstall']],
    [['hook', 'install', '--st'], ['--statusline']],
    [['status', '--t'], ['--tmux']],
    [['killswitch', 'arm', '--reason', ''], []],
    [['completion', 'z'], ['zsh']],
  ])('waterwall %j', (words, expected) => {
    expect(offered('waterwall', ...words)).toEqual(expected);
  });

  test('offers files and programs', () => {
    expect(offered('waterwall', 'scan', 'package.js')).toEqual(['package.json']);
    expect(offered('waterwall', 'run', 'bas')).toContain('bash');
  });
});

describe('zsh and fish', () => {
  test.each([
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ] as const)('%s names every command and option', (_shell, write) => {
    const script = write(program);
    for (const { path, options } of withDescendants(program)) {
      expect(script).toContain(path.split(' ').at(-1));
      for (const { long } of options) expect(script).toContain(long.slice(2));
    }
  });

  test.each([
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ] as const)('%s can read it', (shell, write) => {
    const { error, status, stderr } = spawnSync(shell, ['-n'], {
      input: write(program),
      encoding: 'utf8',
    });
    if (error !== undefined) return;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('quotes are closed', () => {
    for (const write of [bashCompletion, zshCompletion]) {
      const { status, stderr } = spawnSync('bash', ['-n'], {
        // What zsh writes here is POSIX but for its patterns and arrays, which bash reads too.
        input: write(program),
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });
});

test('waterwall completion SHELL prints it; another shell is a usage error', async () => {
  expect((await waterwall(['completion', 'bash'])).stdout).toBe(bashCompletion(program));
  const { code, stderr } = await waterwall(['completion', 'csh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
