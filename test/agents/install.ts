import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGES = ['@anthropic-ai/claude-code', '@openai/codex', 'opencode-ai'];

/** The agents' commands. */
export const COMMANDS = ['claude', 'codex', 'opencode'] as const;
export type Command = (typeof COMMANDS)[number];

/** Where a command is, or why there is none. */
export type Installed = { readonly path: string } | { readonly missing: string };

/**
 * Installs the agents into a folder outside the project (`WATERWALL_AGENTS_DIR`, else one under the
 * temporary folder, which is used again). What cannot be installed is told, never thrown.
 */
export async function installAgents(): Promise<Readonly<Record<Command, Installed>>> {
  const folder = process.env['WATERWALL_AGENTS_DIR'] ?? join(tmpdir(), 'waterwall-agents');
  const first = await lookUp(folder, '');
  if (Object.values(first).every((one) => 'path' in one)) return first;
  await mkdir(folder, { recursive: true });
  let failure = '';
  try {
    const npm = ['install', '--prefix', folder, '--no-audit', '--no-fund', ...PACKAGES];
    await promisify(execFile)('npm', npm, { timeout: 240_000 });
  } catch (error) {
    failure = (error as Error).message.split('\n').slice(0, 3).join(' ');
  }
  return lookUp(folder, failure);
}

async function lookUp(folder: string, failure: string): Promise<Record<Command, Installed>> {
  const found = await Promise.all(COMMANDS.map((command) => find(folder, command, failure)));
  return Object.fromEntries(COMMANDS.map((command, i) => [command, found[i]])) as Record<
    Command,
    Installed
  >;
}

async function find(folder: string, command: Command, failure: string): Promise<Installed> {
  const path = join(folder, 'node_modules', '.bin', command);
  try {
    await access(path);
    return { path };
  } catch {
    return { missing: `${command} could not be installed into ${folder}: ${failure}` };
  }
}
