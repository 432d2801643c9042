import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SigningFacts } from '../../audit/signing/types.ts';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import type { KillSwitchState } from '../../control/kill-switch-state.ts';
import type { ReloadResult } from '../../control/reload.ts';
import type { WaterwallError } from '../../errors.ts';
import type { Dial } from '../../proxy/dial.ts';
import type { OpenedHosts } from '../../proxy/hosts.ts';
import type { SelfTest } from '../../proxy/self-test.ts';
import { adminBound } from './admin-bound.ts';
import { caFile } from './ca-file.ts';
import { caKeyPair } from './ca-key-pair.ts';
import { chainDirWritable } from './chain-dir-writable.ts';
import {
  fail,
  type Looking,
  type RuntimeCheck,
  report,
  type TellCheck,
  type Verdict,
  type VerifyReport,
  warn,
} from './check.ts';
import { listenerBound } from './listener-bound.ts';
import { type LivePolicy, livePolicy } from './live-policy.ts';
import { sentinelDirWatched } from './sentinel-dir.ts';
import { sessionKeyLoaded } from './session-key.ts';
import { shownCertificates } from './shown-certificates.ts';
import { signingNow } from './signing-key.ts';
import { reachUpstreams } from './upstream-reachable.ts';

/** What the checks need of the running daemon. */
export interface RunningFacts {
  readonly homes: Homes;
  readonly hosts: OpenedHosts;
  readonly policy: () => LivePolicy;
  readonly lastReload: () => ReloadResult | undefined;
  readonly sessionKey: Uint8Array;
  readonly sessionKeyMode: 'persistent' | 'ephemeral';
  /** Why the log cannot be written; undefined while it can. */
  readonly auditFailure: () => (Error & { readonly fix?: string }) | undefined;
  readonly signing: () => SigningFacts;
  /** Settles when it is known whether log and signer belong together; requests wait for it too. */
  readonly signingSettled: () => Promise<void>;
  /** Why requests are refused for the signer's sake. */
  readonly signerFailure: () => WaterwallError | undefined;
  readonly address: () => { readonly host: string; readonly port: number } | undefined;
  readonly killSwitch: () => KillSwitchState;
  readonly dial: Dial;
  /** Enters something that ends when egress is stopped; gives the call that takes it out again. */
  readonly enter: (cut: () => void) => () => void;
  readonly selfTest: () => Promise<SelfTest>;
}

/** For all providers together. */
const PATIENCE = 5000;

/** Whether the running daemon does what it promises. */
export function verifyRunning(facts: RunningFacts, tell?: TellCheck): Promise<VerifyReport> {
  const { homes } = facts;
  const now = Date.now();
  const checks: Readonly<Record<RuntimeCheck, Looking>> = {
    ca_file: () => {
      const { failure } = facts.hosts;
      return failure === undefined ? caFile(homes, now) : fail(failure.message, failure.fix);
    },
    signing_key: async () => {
      await facts.signingSettled();
      return signingNow(homes, facts.signing(), facts.signerFailure());
    },
    patterns_complete: () => policyInForce(facts),
    chain_dir_writable: () => chainWritten(facts),
    listener_bound: () => listenerBound(facts.address()),
    admin_bound: () => adminBound(homes),
    ca_key_pair: () => {
      const pair = caKeyPair(homes, now);
      return pair.status === 'ok' ? shown(facts) : pair;
    },
    session_key: () => sessionKeyLoaded(homes, facts.sessionKey, facts.sessionKeyMode),
    sentinel_dir: () => sentinelDirWatched(homes, facts.killSwitch()),
    upstream_reachable: () => upstreams(facts),
  };
  return report('runtime', checks, tell);
}

/** What holds may be well while what lies on the disk would not even let the proxy start. */
async function policyInForce({ policy, lastReload, selfTest }: RunningFacts): Promise<Verdict> {
  const live = await livePolicy(policy(), () => randomInt(2 ** 32) / 2 ** 32, selfTest);
  const last = lastReload();
  if (live.status !== 'ok' || last === undefined || last.ok) return live;
  return warn(`the last change is not in force: ${last.error.message}`, last.error.fix);
}

function chainWritten({ homes, auditFailure }: RunningFacts): Verdict {
  const failure = auditFailure();
  if (failure === undefined) return chainDirWritable(homes);
  return fail(failure.message, failure.fix ?? 'make room on its disk, then restart the proxy');
}

function shown({ homes, hosts }: RunningFacts): Promise<Verdict> {
  const ca = readFileSync(filesOf(homes).caCertificate, 'latin1');
  const names = (hosts.policy?.hosts ?? []).map(({ host }) => host);
  return shownCertificates(ca, names, hosts.sites.leaves.contextFor);
}

async function upstreams(facts: RunningFacts): Promise<Verdict> {
  const stop = new AbortController();
  const leave = facts.enter(() => stop.abort());
  try {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE)]);
    const stopped = facts.killSwitch().active;
    return await reachUpstreams(facts.hosts.policy?.hosts ?? [], facts.dial, stopped, signal);
  } finally {
    leave();
  }
}
