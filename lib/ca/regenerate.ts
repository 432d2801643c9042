import type { KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, syncFolder } from '../config/atomic.ts';
import { WaterwallError } from '../errors.ts';
import { createAuthority, DEFAULT_CA_DAYS } from './authority.ts';
import { bundleText } from './bundle.ts';
import { checkAuthority } from './check.ts';

export interface RegenerateOptions {
  /** The folder of `ca.pem`, `ca.key` and `ca-bundle.pem`. */
  readonly folder: string;
  readonly hosts: readonly string[];
  readonly now: number;
  readonly days?: number;
  /** @see AuthorityOptions.key */
  readonly key?: KeyObject;
}

/** What `waterwall regen-ca` did. */
export interface RegenerateReport {
  readonly written: readonly string[];
  /** Where the old files are now; empty where there were none. */
  readonly backups: readonly string[];
  readonly hosts: readonly string[];
  /** ISO 8601. */
  readonly not_after: string;
}

/**
 * Makes a new authority and swaps it in when it is complete and checked; the old one stays as
 * `.bak-TIME`. Whatever fails before the swap leaves everything as it was; a crash in the middle of
 * it leaves key and certificate that do not match, which opening refuses.
 *
 * @throws WaterwallError `io-error`, `config-invalid`
 */
export async function regenerateAuthority(options: RegenerateOptions): Promise<RegenerateReport> {
  const { folder, hosts, now } = options;
  const made = await createAuthority(options);
  const findings = checkAuthority({ ...made, hosts, now });
  if (findings[0]) {
    const { message, fix } = findings[0];
    throw new WaterwallError('config-invalid', `the new CA would be unusable: ${message}`, { fix });
  }
  const contents: readonly (readonly [string, string])[] = [
    [join(folder, 'ca.key'), made.key],
    [join(folder, 'ca.pem'), made.certificate],
    [join(folder, 'ca-bundle.pem'), bundleText(made.certificate)],
  ];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const old = contents.map(([path]) => path).filter((path) => existsSync(path));
  const backups = keep(old, now);
  syncFolder(folder);
  for (const [path, text] of contents) replaceFile(path, text);
  const { days = DEFAULT_CA_DAYS } = options;
  return {
    written: contents.map(([path]) => path),
    backups,
    hosts,
    not_after: new Date(now + days * 86_400_000).toISOString(),
  };
}

/** A second name for each, so that the first never is without a file. */
function keep(paths: readonly string[], now: number): string[] {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  for (let attempt = 0; ; attempt++) {
    const names = paths.map((path) => `${path}.bak-${stamp}${attempt === 0 ? '' : `.${attempt}`}`);
    if (names.some((name) => existsSync(name))) continue;
    for (const [index, path] of paths.entries()) linkOrExplain(path, names[index] as string);
    return names;
  }
}

function linkOrExplain(path: string, backup: string): void {
  try {
    linkSync(path, backup);
  } catch (cause) {
    throw new WaterwallError('io-error', `${path} cannot be kept as ${backup}`, {
      fix: 'see that its folder is writable; nothing was changed',
      cause,
      details: { file: path },
    });
  }
}
