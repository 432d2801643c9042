import { statSync } from 'node:fs';
import { filesOf } from '../config/files.ts';
import { loadSettings } from '../config/load/settings.ts';
import type { Homes } from '../config/types.ts';
import { adminRequest } from '../control/admin-client.ts';
import { WaterwallError } from '../errors.ts';
import type { AgentEnvironmentInput } from './agent-env.ts';

/** How long a daemon may take to say where it listens before the settings are believed. */
const PATIENCE = 1000;

/**
 * What agents are pointed at: the running daemon where there is one, else what the settings say.
 *
 * @throws WaterwallError `file-missing` in a home that has no CA yet: a client that is told to
 *   trust a file that is not there fails in its own, much stranger words
 */
export async function agentFiles(homes: Homes): Promise<Omit<AgentEnvironmentInput, 'agent'>> {
  const { caCertificate: ca, caBundle: bundle } = filesOf(homes);
  for (const file of [ca, bundle]) {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) continue;
    throw new WaterwallError('file-missing', `${file} is missing`, {
      fix: 'set this home up with `waterwall up` or `waterwall init`',
      details: { file },
    });
  }
  return { listen: (await runningAddress(homes)) ?? loadSettings(homes).listen, ca, bundle };
}

/** Differs from the settings where they were edited since, or leave the port to the system. */
export async function runningAddress(
  homes: Homes,
): Promise<AgentEnvironmentInput['listen'] | undefined> {
  try {
    const options = { timeoutMs: PATIENCE };
    const { body } = await adminRequest(homes, 'GET', '/admin/state', undefined, options);
    return (
      (body as { listen?: AgentEnvironmentInput['listen'] | null } | null)?.listen ?? undefined
    );
  } catch (error) {
    if (error instanceof WaterwallError) return undefined;
    throw error;
  }
}
