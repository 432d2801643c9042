import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { EvidenceReport } from '../../audit/evidence/export.ts';
import { exportEvidence } from '../../audit/evidence/export.ts';
import { sourcesOf } from '../../audit/evidence/request.ts';
import { openConnection } from '../../audit/signer/connection.ts';
import { childReach, serviceReach } from '../../audit/signer/reach.ts';
import { filesOf } from '../../config/files.ts';
import { loadHosts } from '../../config/load/hosts.ts';
import { loadSettings } from '../../config/load/settings.ts';
import { loadSessionKey } from '../../config/session-key.ts';
import type { Homes } from '../../config/types.ts';
import type { Progress } from '../../control/admin-protocol.ts';
import { WaterwallError } from '../../errors.ts';
import { loadPolicy } from '../../proxy/policy.ts';
import { requireSetUp } from '../home-parts.ts';
import { parseEnd } from './days.ts';
import { fetchBundle } from './fetch.ts';
import { policySnapshot } from './policy-snapshot.ts';

/** What is exported, and where from where that is not the home. */
export interface ExportOptions {
  readonly out: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly overwrite?: boolean | undefined;
  /** The chain's folder. */
  readonly chain?: string | undefined;
  /** Session manifests. */
  readonly manifests?: string | undefined;
  /** The configuration folder, or a file in it. */
  readonly policy?: string | undefined;
  readonly pubkey?: string | undefined;
  /** The signer's folder, or a key in it. */
  readonly signingKey?: string | undefined;
}

/**
 * Exports a bundle: through the daemon where it runs and all is of its home, else here, with a
 * signer that is started for it.
 *
 * @throws WaterwallError what the daemon or the export says
 */
export async function exportBundle(
  homes: Homes,
  options: ExportOptions,
  tell: (progress: Progress) => void,
): Promise<EvidenceReport> {
  const out = resolve(options.out);
  const { since, until, overwrite = false } = options;
  const range = {
    since: since === undefined ? undefined : parseEnd(since, 'since'),
    until: until === undefined ? undefined : parseEnd(until, 'until'),
  };
  const places = placesOf(homes, options);
  if (places.isHome) {
    try {
      const wish = {
        out,
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
        overwrite,
      };
      return await fetchBundle(homes, wish, tell);
    } catch (error) {
      if (!(error instanceof WaterwallError) || error.code !== 'not-running') throw error;
      requireSetUp(homes);
    }
  }
  const policy = snapshotOf({ ...homes, config: places.config });
  const request = {
    chain: places.chain,
    log: dirname(places.chain),
    manifests: places.manifests,
    publicKeys: readText(places.pubkey),
    ...policy,
    ...range,
    out,
    overwrite,
  };
  return exportEvidence(sourcesOf(request), {
    ...request,
    sign: (payload) => signOnce(homes, places.signer, payload),
    tell: (step, done, total) => tell({ step, done, total }),
  });
}

function placesOf(homes: Homes, options: ExportOptions) {
  const files = filesOf(homes);
  const { chain, manifests, policy, pubkey, signingKey } = options;
  const places = {
    chain: resolve(chain ?? files.chain),
    manifests: resolve(manifests ?? files.manifests),
    config: folderOf(policy ?? homes.config),
    pubkey: resolve(pubkey ?? files.signingPublicKey),
    signer: folderOf(signingKey ?? files.signer),
  };
  const isHome =
    isSame(places.chain, files.chain) &&
    isSame(places.manifests, files.manifests) &&
    isSame(places.config, homes.config) &&
    isSame(places.pubkey, files.signingPublicKey);
  return { ...places, isHome };
}

/** The earlier system named files where a folder is meant. */
function folderOf(path: string): string {
  const at = resolve(path);
  const isFile = statSync(at, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? dirname(at) : at;
}

function isSame(one: string, other: string): boolean {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));
  return real(one) === real(other);
}

function snapshotOf(homes: Homes): { readonly policy: string; readonly policyHash: string } {
  const { hash, scanner, patterns, known } = loadPolicy(homes, loadSessionKey(homes));
  const facts = { hash, types: scanner.types, patterns, knownSecrets: known.entries.length };
  return { policy: policySnapshot({ ...facts, hosts: loadHosts(homes) }), policyHash: hash };
}

/** Starts a signer for one signature, or asks the one that runs on its own. */
async function signOnce(homes: Homes, folder: string, payload: Buffer): Promise<string> {
  const { signerSocket } = loadSettings(homes).audit;
  const isOwn = isSame(folder, filesOf(homes).signer);
  const reach =
    signerSocket !== undefined && isOwn ? serviceReach(signerSocket) : childReach(folder);
  try {
    const connection = await openConnection(reach.open());
    try {
      return await connection.manifest(payload);
    } finally {
      connection.close();
    }
  } finally {
    reach.close();
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new WaterwallError(
      isMissing ? 'file-missing' : 'io-error',
      `${basename(path)} ${isMissing ? 'is not there' : 'cannot be read'} (${path})`,
      { fix: 'name the signing.pub of the log with --pubkey', cause },
    );
  }
}
