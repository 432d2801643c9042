import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf } from '../../config/files.ts';
import type { Homes, Settings } from '../../config/types.ts';
import type { LastExport } from '../../control/daemon-state.ts';
import type { Reloader } from '../../control/reload.ts';
import { recordVerification } from '../../ops/verify/record.ts';
import { verifyRunning } from '../../ops/verify/runtime.ts';
import type { Dial } from '../dial.ts';
import type { Engine } from '../engine.ts';
import type { ExchangeContext } from '../exchange-context.ts';
import type { OpenedHosts } from '../hosts.ts';
import type { Observer } from '../observer.ts';
import { type OperatorSide, openOperatorSide } from '../operator-side.ts';
import type { LoadedPolicy } from '../policy.ts';
import { runSelfTest } from '../self-test.ts';
import { createEvidenceExport } from './evidence.ts';
import type { Address } from './listening.ts';
import type { LogSurvey } from './log-survey.ts';
import type { Safeguards } from './safeguards.ts';
import { openSpool } from './spool.ts';

/** What {@link openOperator} needs of the daemon. */
export interface OperatorParts {
  readonly homes: Homes;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly sessionKey: Uint8Array;
  readonly sessionKeyMode: Settings['sessionKey'];
  /** Undefined until the daemon listens. */
  readonly address: () => Address | undefined;
  readonly reloader: Reloader<LoadedPolicy>;
  readonly engine: Engine;
  readonly hosts: OpenedHosts;
  readonly dial: Dial;
  readonly safeguards: Safeguards;
  readonly exchanges: ExchangeContext;
  readonly observer: Observer;
  readonly survey: LogSurvey;
  readonly onFault: (error: unknown) => void;
}

/**
 * Opens the operator's side: what can be asked of this daemon, and what it can be told to do.
 *
 * @throws WaterwallError `already-running` or `io-error`
 */
export function openOperator(parts: OperatorParts): Promise<OperatorSide> {
  const { homes, startedAt, sessionKey, sessionKeyMode, address, reloader } = parts;
  const { engine, hosts, dial, observer, exchanges, onFault } = parts;
  const { audit, killSwitch, live } = parts.safeguards;
  const policy = (): LoadedPolicy => reloader.current;
  const spool = openSpool(join(homes.log, 'exports'));
  const exportEvidence = createEvidenceExport({
    homes,
    policy,
    hosts: hosts.policy,
    audit,
    spool,
  });
  let lastExport: LastExport | undefined;
  return openOperatorSide(
    homes,
    {
      version: parts.version,
      startedAt,
      sessionKeyMadeAt:
        sessionKeyMode === 'ephemeral' ? startedAt : statSync(filesOf(homes).sessionKey).mtimeMs,
      address,
      policy,
      lastReload: () => reloader.last,
      engine,
      hosts,
      audit,
      killSwitch,
      observer,
      disk: () => parts.survey.disk,
      lastExport: () => lastExport,
    },
    {
      reload: reloader.reload,
      rotate: audit.rotate,
      verifyInstall: async (tell) => {
        const facts = {
          homes,
          hosts,
          policy,
          lastReload: () => reloader.last,
          sessionKey,
          sessionKeyMode,
          auditFailure: () => audit.writeFailure,
          signing: () => audit.signing,
          signingSettled: () => audit.settled(),
          signerFailure: () => audit.signerFailure,
          address,
          killSwitch: killSwitch.check,
          dial,
          enter: live.enter,
          selfTest: () => runSelfTest(exchanges),
        };
        const report = await verifyRunning(facts, tell);
        await recordVerification(audit, report);
        return report;
      },
      spool,
      exportEvidence: async (wish, tell, signal) => {
        const report = await exportEvidence(wish, tell, signal);
        const { out, lines } = report;
        lastExport = { ts: new Date().toISOString(), out, lines };
        return report;
      },
    },
    onFault,
  );
}
