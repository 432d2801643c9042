import { openHomeLog } from '../audit/home-log.ts';
import { loadSettings } from '../config/load/settings.ts';
import type { Homes } from '../config/types.ts';
import type { RotationAnswer } from '../control/admin-routes.ts';
import { WaterwallError } from '../errors.ts';
import { dialFor } from '../proxy/dial.ts';
import { heldDial } from '../proxy/held-dial.ts';
import { askDaemon } from './ask-daemon.ts';
import { requireSetUp } from './home-parts.ts';
import { killSwitchAtRest } from './killswitch-at-rest.ts';

/** What a rotation did, and who did it. */
export interface Rotation extends RotationAnswer {
  /** Whether the daemon did it; if not, this process has. */
  readonly running: boolean;
}

/** Whatever is queued is synced first, on a disk that may be busy. */
const PATIENCE = 30_000;

/**
 * Seals the current segment of the chain and goes on in the next one: through the daemon where it
 * runs, for only one process writes the log.
 *
 * @throws WaterwallError `file-missing`, `chain-damaged`, `audit-unavailable`, `io-error`
 */
export async function rotateChain(homes: Homes): Promise<Rotation> {
  try {
    const answer = await askDaemon(homes, 'POST', '/admin/rotate-chain', undefined, PATIENCE);
    return { running: true, ...(answer as unknown as RotationAnswer) };
  } catch (error) {
    if (!(error instanceof WaterwallError) || error.code !== 'not-running') throw error;
  }
  requireSetUp(homes);
  const { audit, upstreamProxy } = loadSettings(homes);
  const hold = { isEngaged: () => killSwitchAtRest(homes).length > 0 };
  const log = await openHomeLog(homes, audit, {
    connect: heldDial(dialFor(upstreamProxy), Promise.resolve(hold)),
    onPoison() {},
    onSigner() {},
    onFault() {},
  });
  try {
    await log.settled();
    if (log.failure !== undefined) throw log.failure;
    const seq = await log.rotate();
    return { running: false, rotation_seq: seq, next_segment: seq + 1 };
  } finally {
    await log.close();
  }
}
