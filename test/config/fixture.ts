import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { resolveHomes } from '../../lib/config/homes.ts';
import type { Homes } from '../../lib/config/types.ts';
import { WaterwallError } from '../../lib/errors.ts';

const roots: string[] = [];
afterAll(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** Homes in a fresh folder; the files are written, privately, into the config folder. */
export function homesWith(files: Readonly<Record<string, string>> = {}): Homes {
  const root = mkdtempSync(join(tmpdir(), 'ww-config-'));
  roots.push(root);
  const homes = resolveHomes({ WATERWALL_HOME: root }, { uid: 1000, etcReadable: false });
  if (Object.keys(files).length > 0) mkdirSync(homes.config, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(homes.config, name), text, { mode: 0o600 });
  }
  return homes;
}

/** The error that an action throws. */
export function failure(act: () => unknown): WaterwallError {
  try {
    act();
  } catch (error) {
    if (error instanceof WaterwallError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
