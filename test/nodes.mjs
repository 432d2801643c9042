// Runs the suite under other versions of Node, which come as packages of their own:
//   npm run test:nodes [-- 22.23.3 24.21.0] [options of vitest]
// Installs them outside the project. The build is the one that stands in dist.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['22.23.3', '24.21.0'];

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const windows = process.platform === 'win32';
const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;

const isVersion = (argument) => /^\d/.test(argument);
const given = process.argv.slice(2).filter(isVersion);
const versions = given.length > 0 ? given : VERSIONS;
const options = process.argv.slice(2).filter((argument) => !isVersion(argument));
for (const version of versions) {
  const bin = install(version);
  console.log(`\nNode ${version}`);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const { status } = spawnSync(
    join(bin, windows ? 'node.exe' : 'node'),
    [vitest, 'run', ...options],
    {
      cwd: root,
      env,
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = status ?? 1;
}

/** Gives the folder of the executable. */
function install(version) {
  const folder = join(
    process.env.WATERWALL_NODES_DIR ?? join(tmpdir(), 'waterwall-nodes'),
    version,
  );
  const bin = join(folder, 'node_modules', name, 'bin');
  if (existsSync(bin)) return bin;
  const npm = windows ? 'npm.cmd' : 'npm';
  const args = ['install', '--no-save', '--prefix', folder, `${name}@${version}`];
  const { status } = spawnSync(npm, args, { stdio: 'inherit', shell: windows });
  if (status === 0 && existsSync(bin)) return bin;
  console.error(`Node ${version} cannot be installed here: the suite was not run under it`);
  process.exit(2);
}
