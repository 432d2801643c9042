import { WaterwallError } from '../errors.ts';

/** The error for a chain that is not as this program left it. It is never mended silently. */
export function damaged(
  path: string,
  reason: string,
  cause?: unknown,
): WaterwallError<'chain-damaged'> {
  return new WaterwallError('chain-damaged', `the audit log is damaged: ${reason} (${path})`, {
    fix: 'see where with `waterwall verify-chain`, and put what is missing back from a backup',
    details: { path },
    cause,
  });
}

/** The error for a log folder without a chain, where there has to be one. */
export function missingChain(chainFolder: string): WaterwallError<'chain-damaged'> {
  return damaged(chainFolder, 'its chain folder is missing');
}

/** The error for a log folder on which the system refuses an operation. */
function unusable(path: string, cause: unknown): WaterwallError<'io-error'> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WaterwallError('io-error', `the log folder ${path} cannot be used: ${reason}`, {
    fix: 'make it readable and writable for the user Waterwall runs as, on a disk that has room',
    cause,
  });
}

/** Throws an error as one of ours: what is none yet comes from the file system. */
export function explain(logFolder: string, error: unknown): never {
  throw error instanceof WaterwallError ? error : unusable(logFolder, error);
}
