import { lstatSync } from 'node:fs';
import { isPipe } from '../../config/admin-address.ts';
import { WaterwallError } from '../../errors.ts';
import { posixQuote } from '../shell-syntax.ts';

/**
 * Whether there is a socket under a name.
 *
 * @throws WaterwallError `io-error` where there is something else
 */
export function looksLikeSocket(path: string): boolean {
  // Whether a pipe is there, only a connection tells.
  if (isPipe(path)) return true;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (stats.isSocket()) return true;
  throw new WaterwallError('io-error', `${path} exists and is no socket`, {
    fix: `remove it: rm ${posixQuote(path)}`,
  });
}
