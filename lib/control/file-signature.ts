import { stat } from 'node:fs/promises';

/**
 * What tells two states of a file apart without reading it; a replaced file differs by its inode,
 * one edited in place by its times.
 *
 * @returns the error's code where the file cannot be looked at, e.g. `ENOENT`
 */
export async function signatureOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}
