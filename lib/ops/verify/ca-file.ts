import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkAuthority } from '../../ca/check.ts';
import { filesOf } from '../../config/files.ts';
import { loadHosts } from '../../config/load/hosts.ts';
import type { Homes } from '../../config/types.ts';
import { fail, ok, type Verdict, warn } from './check.ts';

const DAY = 86_400_000;

/** How long before its end a CA is worth a warning: agents must be restarted with the new one. */
const WARN_BEFORE = 30 * DAY;

/** Whether `ca.pem` is there, in date, and constrained, critically, to exactly the host list. */
export function caFile(homes: Homes, now: number): Verdict {
  const { caCertificate } = filesOf(homes);
  let pem: string;
  try {
    pem = readFileSync(caCertificate, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? fail(`${caCertificate} is missing`, 'make it with `waterwall regen-ca`')
      : fail(`${caCertificate} cannot be read (${code})`, `let this user read ${caCertificate}`);
  }
  const hosts = loadHosts(homes).hosts.map(({ host }) => host);
  const [finding] = checkAuthority({ certificate: pem, hosts, now });
  if (finding !== undefined) return fail(finding.message, finding.fix);
  const end = Date.parse(new X509Certificate(pem).validTo);
  const until = new Date(end).toISOString().slice(0, 10);
  if (end - now < WARN_BEFORE) {
    return warn(
      `ca.pem ends on ${until}`,
      'run `waterwall regen-ca`, then restart the proxy and the agents',
    );
  }
  return ok(`good for exactly the ${hosts.length} permitted hosts, until ${until}`);
}
