import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, ROOT } from './script.ts';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let folder: string;
let packed: Packed;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ww-package-'));
  // Without scripts: this tree is built, and other tests run from its `dist`.
  const ran = command('npm', [
    'pack',
    ROOT,
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    folder,
  ]);
  expect(ran.code, ran.stderr).toBe(0);
  packed = (JSON.parse(ran.stdout) as [Packed])[0];
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (): string[] =>
  packed.files.map(({ path }) => path).filter((path) => !path.startsWith('node_modules/'));

test('npx in a clone that is built builds nothing: it would take the program from who runs it', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { prepare: string };
  };
  const clone = join(folder, 'clone');
  mkdirSync(join(clone, 'build'), { recursive: true });
  writeFileSync(
    join(clone, 'package.json'),
    JSON.stringify({ scripts: { build: 'node -e "process.exit(7)"' } }),
  );
  const prepare = (npmCommand: string): number | null =>
    spawnSync('sh', ['-c', scripts.prepare], {
      cwd: clone,
      env: { ...process.env, npm_command: npmCommand },
    }).status;
  expect(prepare('exec')).not.toBe(0);
  mkdirSync(join(clone, 'dist', 'program'), { recursive: true });
  expect(prepare('exec')).toBe(0);
  expect(prepare('ci')).not.toBe(0);
});

describe('the package', () => {
  test('holds the program, its files and papers, and nothing else of this tree', () => {
    const places = [...new Set(own().map((path) => path.split('/')[0]))].sort();
    expect(places).toEqual(
      ['LICENSE', 'README.md', 'bin', 'deploy', 'dist', 'docs', 'package.json', 'share'].sort(),
    );
    expect(own().filter((path) => /\.ts$|\.map$|\.test\.|\.key$/.test(path))).toEqual([]);
    expect(own().filter((path) => /^dist\/(?!program\/)/.test(path))).toEqual([]);
    expect(own()).toEqual(
      expect.arrayContaining([
        'bin/waterwall.js',
        'dist/program/main.js',
        'share/man/waterwall.1',
        'deploy/wrappers/waterwall-launch',
      ]),
    );
  });

  test('carries exactly what it needs at run time', () => {
    const bundled = new Set(
      packed.files.flatMap(({ path }) => {
        const [, name] = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path) ?? [];
        return name === undefined ? [] : [name];
      }),
    );
    const finder = join(ROOT, 'deploy', 'systemd', 'runtime-packages.mjs');
    const needed = command(process.execPath, [finder, ROOT]).stdout.trimEnd().split('\n');
    // A package inside of another one goes with it.
    expect([...bundled].sort()).toEqual(
      needed.filter((path) => path.lastIndexOf('node_modules/') === 0).sort(),
    );
  });

  test('scripts keep their executable bit', () => {
    for (const { path, mode } of packed.files)
      if (/^deploy\/(.*\.sh|wrappers\/.*)$/.test(path)) expect(mode & 0o111, path).toBe(0o111);
  });

  test('installs globally without network, compiler or scripts, and works', () => {
    const prefix = join(folder, 'prefix');
    const install = command('npm', [
      'install',
      '--global',
      '--offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefix',
      prefix,
      join(folder, packed.filename),
    ]);
    expect(install.code, install.stderr).toBe(0);
    const demo = command(join(prefix, 'bin', 'waterwall'), ['demo', '--json']);
    expect(demo.code, demo.stderr).toBe(0);
    const installed = join(prefix, 'lib', 'node_modules', 'waterwall');
    // npm may run it there; it builds only where there is something to build.
    expect(command('npm', ['run', '--prefix', installed, 'prepare']).code).toBe(0);
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const versionOf = (path: string): string =>
      (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    for (const name of ['xml2js', 'pino', 'yaml'])
      expect(versionOf(join(installed, 'node_modules', name, 'package.json'))).toBe(
        lock.packages[`node_modules/${name}`]?.version,
      );
  }, 180_000);
});
