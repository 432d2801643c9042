import { open } from 'node:fs/promises';
import { WaterwallError } from '../errors.ts';

/**
 * Reads a file of which nobody knows how large it is; of a larger one, one byte too much.
 *
 * @throws WaterwallError `file-missing`, `io-error`
 */
export async function readBounded(path: string, limit: number): Promise<Buffer> {
  const bytes = Buffer.alloc(limit + 1);
  try {
    const file = await open(path, 'r');
    let length = 0;
    try {
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes.subarray(0, length);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? 'is not there' : 'cannot be read';
    throw new WaterwallError(isMissing ? 'file-missing' : 'io-error', `${path} ${what}.`, {
      fix: 'name a file that is there and that this user may read',
      cause,
    });
  }
}
