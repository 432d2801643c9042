import { pipeline } from 'node:stream/promises';
import type { EvidenceReport } from '../../audit/evidence/export.ts';
import { requireFree, writeNewFile } from '../../audit/evidence/new-file.ts';
import type { Homes } from '../../config/types.ts';
import { adminDownload } from '../../control/admin-client.ts';
import type { FollowOptions } from '../../control/admin-events.ts';
import type { Progress } from '../../control/admin-protocol.ts';
import type { ExportWish, HandedOver } from '../../control/export-wish.ts';
import { WaterwallError } from '../../errors.ts';
import { operateDaemon } from '../ask-daemon.ts';

/**
 * Has the running daemon make a bundle, and writes it with this user's rights: the daemon may not
 * write where this user may, and its file would be its own.
 *
 * @throws WaterwallError `not-running`, `file-exists`, `io-error`, and what the daemon says
 */
export async function fetchBundle(
  homes: Pick<Homes, 'run'>,
  wish: Omit<ExportWish, 'hand_over'>,
  tell: (progress: Progress) => void,
  options: Omit<FollowOptions, 'body'> = {},
): Promise<EvidenceReport> {
  const { out, overwrite = false } = wish;
  requireFree(out, overwrite);
  let answer: (EvidenceReport & HandedOver) | undefined;
  await writeNewFile(out, overwrite, async (file) => {
    const body = { ...wish, hand_over: true };
    const told: unknown = await operateDaemon(homes, '/admin/export-evidence', body, tell, options);
    answer = told as EvidenceReport & HandedOver;
    const path = `/admin/evidence-bundle?id=${answer.bundle}`;
    const { signal } = options;
    const aborting = signal === undefined ? {} : { signal };
    const bundle = await adminDownload(homes, path);
    await pipeline(bundle, file, aborting).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      throw code === 'ECONNRESET' ? cutShort(cause) : cause;
    });
  });
  if (answer === undefined) throw new TypeError('A file that was written was asked for.');
  const { bundle: _, ...report } = answer;
  return report;
}

function cutShort(cause: unknown): WaterwallError<'io-error'> {
  return new WaterwallError(
    'io-error',
    'the bundle was cut short on its way: the daemon stopped, or could not read it',
    { fix: 'export it again; see what the log of the daemon says', cause },
  );
}
