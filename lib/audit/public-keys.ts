import { readFile } from 'node:fs/promises';
import { WaterwallError } from '../errors.ts';
import type { LogKey } from './log-key.ts';
import { formatVkey, parseVkey, type VerifierKey } from './vkey.ts';

/** What the manifest key's name has after the log's. */
const MANIFEST_SUFFIX = '/manifest';

/** The public keys of a log, as `signing.pub` holds them. */
export interface PublicKeys {
  /** Signs checkpoints; its name is the log's origin. The file holds the first one. */
  readonly log: LogKey;
  /** Signs DSSE envelopes; absent in a file that holds the log's key alone. */
  readonly manifest?: VerifierKey;
}

/** The manifest key's name in the log of this origin. */
export function manifestKeyName(origin: string): string {
  return origin + MANIFEST_SUFFIX;
}

/**
 * Reads `signing.pub`.
 *
 * @throws WaterwallError `file-missing`, `io-error`, `config-invalid`
 */
export async function readPublicKeys(path: string): Promise<PublicKeys> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT';
    throw new WaterwallError(
      isMissing ? 'file-missing' : 'io-error',
      `${path} ${isMissing ? 'is not there' : 'cannot be read'}`,
      {
        fix: 'name the signing.pub of the log: it is made with it, in the configuration folder',
        cause,
      },
    );
  });
  const keys = parsePublicKeys(text);
  if (keys !== undefined) return keys;
  throw new WaterwallError('config-invalid', `${path} holds no public key of an audit log`, {
    fix: 'it has to be the signing.pub of the log: one line "name+id+key" a key',
    details: { file: path },
  });
}

/** Reads the text of `signing.pub`; undefined where it is anything else. */
export function parsePublicKeys(text: string): PublicKeys | undefined {
  const keys: VerifierKey[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const key = parseVkey(line);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  const [log, manifest, ...more] = keys;
  if (log === undefined || more.length > 0 || log.name.endsWith(MANIFEST_SUFFIX)) return undefined;
  if (manifest === undefined) return { log };
  return manifest.name === manifestKeyName(log.name) ? { log, manifest } : undefined;
}

/** Writes the text of `signing.pub`. */
export function formatPublicKeys({ log, manifest }: PublicKeys): string {
  const lines = [
    "# The public keys of this home's audit log: give them to whoever is to verify it.",
    '# The first signs checkpoints, the second session manifests and evidence bundles.',
    formatVkey(log),
    ...(manifest === undefined ? [] : [formatVkey(manifest)]),
  ];
  return `${lines.join('\n')}\n`;
}
