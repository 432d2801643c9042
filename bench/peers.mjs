// The packages that a builder would otherwise have used live in a folder of their own, with a lock
// file of its own: nobody who only runs Waterwall installs them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('peers', import.meta.url));
// npm writes it last.
const INSTALLED = `${FOLDER}/node_modules/.package-lock.json`;

/** Installs the peers where they are not; gives whether they are there now. */
export function installPeers(say) {
  if (existsSync(INSTALLED)) return true;
  say('installing the peers in bench/peers');
  // Not `ci`: it insists on an optional package of mockttp's that not every registry has.
  const { status } = spawnSync(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: FOLDER,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return status === 0;
}
