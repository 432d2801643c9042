import { spawnSync } from 'node:child_process';
import { waterwall } from '../../cli/transcript.ts';

export const PYTHON = spawnSync('python3', ['--version']).status === 0;
export const VERIFY_PY = new URL('../../../share/verify.py', import.meta.url).pathname;

/** The exit codes of both verifiers for a bundle; where there is no Python, ours counts for both. */
export async function verdicts(
  bundle: string,
  pubkey: string,
): Promise<readonly (number | null)[]> {
  const { code } = await waterwall(['verify-evidence', bundle, '--pubkey', pubkey]);
  if (!PYTHON) return [code, code];
  const { status } = spawnSync('python3', ['-B', VERIFY_PY, bundle, '--pubkey', pubkey]);
  return [code, status];
}
