import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import type { Launch } from './commands.ts';

/** How this very installation is started again. */
export function launchOf(env: NodeJS.ProcessEnv): Launch {
  const home = env['WATERWALL_HOME'];
  return {
    program: [process.execPath, join(packageRoot(), 'bin', 'waterwall.js')],
    home: home ? resolve(home) : undefined,
  };
}

/** What models are told about placeholders. */
export function memoryText(): string {
  return readFileSync(join(packageRoot(), 'share', 'agent-memory.md'), 'utf8');
}
