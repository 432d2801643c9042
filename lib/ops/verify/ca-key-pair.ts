import { readFileSync } from 'node:fs';
import { checkAuthority } from '../../ca/check.ts';
import { filesOf } from '../../config/files.ts';
import { requirePrivate } from '../../config/modes.ts';
import type { Homes } from '../../config/types.ts';
import { fail, ok, type Verdict } from './check.ts';

/** What concerns the key; all else about the certificate is `ca_file`'s. */
const OF_THE_KEY: ReadonlySet<string> = new Set(['unreadable', 'key-unreadable', 'key-mismatch']);

/** Whether `ca.key` is private, and the key of `ca.pem`. */
export function caKeyPair(homes: Homes, now: number): Verdict {
  const { caCertificate, caKey } = filesOf(homes);
  requirePrivate(caKey);
  const certificate = read(caCertificate);
  const key = read(caKey);
  if (certificate === undefined) {
    return fail(`${caCertificate} cannot be read`, 'make a new pair with `waterwall regen-ca`');
  }
  if (key === undefined)
    return fail(`${caKey} cannot be read`, 'run this as the user that owns it');
  const finding = checkAuthority({ certificate, key, hosts: [], now }).find(({ code }) =>
    OF_THE_KEY.has(code),
  );
  if (finding !== undefined) return fail(finding.message, finding.fix);
  return ok('ca.key is private, and the key of ca.pem');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
