import type { Authority } from '../ca/authority.ts';
import { checkAuthority } from '../ca/check.ts';
import { loadAuthority, refreshBundle } from '../ca/home.ts';
import { loadHosts } from '../config/load/hosts.ts';
import type { Homes, HostPolicy, Settings } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import type { Dial } from './dial.ts';
import { openSites, type Sites } from './sites.ts';

/** The host list as this process runs with it. */
export interface OpenedHosts {
  /** Absent where the list was bad at start: then nothing is opened or tunnelled. */
  readonly policy: HostPolicy | undefined;
  readonly failure: WaterwallError | undefined;
  readonly sites: Sites;
  /** What the file says now differs, or is bad; it applies at the next start. */
  look(): { readonly pending: boolean; readonly failure: WaterwallError | undefined };
}

/**
 * Opens the permitted hosts with the CA that belongs to them. A bad list or one that the CA does
 * not match is no reason not to start: every CONNECT is told.
 *
 * @throws WaterwallError `file-missing`, `file-exposed` about the CA
 */
export async function openHosts(
  homes: Homes,
  dial: Dial,
  limits: Settings['limits'],
): Promise<OpenedHosts> {
  const authority = loadAuthority(homes);
  refreshBundle(homes);
  const none: HostPolicy = { hosts: [], unlistedHosts: 'refuse', tunnel: [] };
  const read = tryLoad(homes);
  const failure = read.failure ?? mismatch(authority, read.policy);
  const policy = failure === undefined ? read.policy : undefined;
  const sites = await openSites(policy ?? none, authority, dial, limits);
  return {
    policy,
    failure,
    sites,
    look() {
      const later = tryLoad(homes);
      const pending = JSON.stringify(later.policy) !== JSON.stringify(read.policy);
      return { pending, failure: later.failure };
    },
  };
}

function tryLoad(homes: Homes): { policy?: HostPolicy; failure?: WaterwallError } {
  try {
    return { policy: loadHosts(homes) };
  } catch (error) {
    if (error instanceof WaterwallError) return { failure: error };
    throw error;
  }
}

/** A list that the CA was not made for would show certificates that no agent accepts. */
function mismatch(
  authority: Authority,
  policy: HostPolicy | undefined,
): WaterwallError | undefined {
  if (policy === undefined) return undefined;
  const hosts = policy.hosts.map(({ host }) => host);
  const [finding] = checkAuthority({ certificate: authority.pem, hosts, now: Date.now() });
  if (finding === undefined) return undefined;
  return new WaterwallError('config-invalid', finding.message, { fix: finding.fix });
}
