import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { replaceFile } from '../config/atomic.ts';
import { filesOf } from '../config/files.ts';
import { loadSettings } from '../config/load/settings.ts';
import { loadSessionKey } from '../config/session-key.ts';
import type { Homes, Settings } from '../config/types.ts';
import { catchSigusr1 } from '../control/sigusr1.ts';
import { WaterwallError } from '../errors.ts';
import { createChanges } from './daemon/changes.ts';
import { type Address, listen } from './daemon/listening.ts';
import { createLogSurvey } from './daemon/log-survey.ts';
import { openOperator } from './daemon/operator.ts';
import { openRequestPath } from './daemon/request-path.ts';
import { openSafeguards } from './daemon/safeguards.ts';
import { createUndo } from './daemon/undo.ts';
import { startUpkeep, type Upkeep } from './daemon/upkeep.ts';
import { dialFor } from './dial.ts';
import { createEngine } from './engine.ts';
import { readHandover, writeHandover } from './handover.ts';
import { openHosts } from './hosts.ts';
import { createObserver, type Notice, type RequestLine } from './observer.ts';
import { loadPolicy } from './policy.ts';
import { settledWithin } from './settled-within.ts';
import { startFields } from './start-line.ts';

export interface DaemonOptions {
  readonly homes: Homes;
  readonly version: string;
  /** Told of each request when it has ended. */
  readonly onLine?: (line: RequestLine) => void;
  /** Told of what else the log should have: kill switch, policy, alarms. */
  readonly onNotice?: (notice: Notice) => void;
  /** Told of the settings whenever they were read anew. */
  readonly onSettings?: (settings: Settings) => void;
  /** Told of faults that no client can be told. */
  readonly onFault?: (error: unknown) => void;
}

export interface Daemon {
  readonly address: Address;
  /** Stops accepting, lets streams finish up to `shutdown_grace`, seals the log. */
  stop(): Promise<void>;
  /** Reads policy and settings anew; how that went goes to state and log. */
  reload(): void;
  /** Settles with the process's exit code when the daemon has ended. */
  readonly stopped: Promise<number>;
}

/** How long the manifests of the sessions that a stop ends may take. */
const LAST_MANIFESTS = 5_000;

/** How long what is cut at a stop may take to tell its client. */
const LAST_WORDS = 1_000;

/**
 * Opens a home that is set up, and serves. Never creates what is missing.
 *
 * @throws WaterwallError `config-invalid`, `file-missing`, `file-exposed`, `chain-damaged`,
 *   `already-running`, `address-in-use`, `io-error`
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { homes, version, onLine = () => {}, onFault = () => {} } = options;
  const files = filesOf(homes);
  const now = (): number => performance.now();
  const startedAt = Date.now();
  const signals = catchSigusr1(process);
  const undo = createUndo();
  undo.add(signals.close);
  try {
    return await start();
  } catch (error) {
    await undo.run();
    throw error;
  }

  async function start(): Promise<Daemon> {
    // where it goes; leaves are signed in other threads while this one compiles the patterns
    const { sessionKey: sessionKeyMode, upstreamProxy, limits } = loadSettings(homes);
    const dial = dialFor(upstreamProxy);
    const opening = openHosts(homes, dial, limits);
    // What fails here is told below, after what matters more.
    const opened = opening.catch(() => undefined);
    undo.add(async () => (await opened)?.sites.close());

    // what is redacted
    const sessionKey = sessionKeyMode === 'ephemeral' ? randomBytes(32) : loadSessionKey(homes);
    const initial = loadPolicy(homes, sessionKey);
    const { settings } = initial;
    const engine = createEngine(initial, sessionKey, now);

    // what is recorded, and what stops everything
    const observer = createObserver(onLine, options.onNotice);
    const safeguards = await openSafeguards(homes, settings, observer, onFault, undo);
    const { audit, killSwitch, live } = safeguards;

    const hosts = await opening;
    if (hosts.failure !== undefined) {
      observer.hostsLooked({ pending: false, failure: hosts.failure });
    }

    // what changes while it runs
    let upkeep: Upkeep | undefined;
    const reloader = createChanges({
      homes,
      sessionKey,
      initial,
      engine,
      safeguards,
      observer,
      onSettings: (next) => options.onSettings?.(next),
      onReloaded: ({ known }) => upkeep?.watch.setEnvFiles(known.envFiles),
      onFault,
    });
    const survey = createLogSurvey(files, now, onFault);
    const shared = {
      homes,
      reloader,
      engine,
      hosts,
      dial,
      safeguards,
      observer,
      survey,
      now,
      onFault,
    };

    // the way of a request
    const { exchanges, interceptor, listener } = openRequestPath({
      ...shared,
      policy: () => reloader.current,
      limits: settings.limits,
    });
    signals.attach(killSwitch.toggleSignal);
    const held = killSwitch.check();
    if (held.active) observer.killSwitch(held);

    // the operator's side
    await audit.append('start', startFields(version, initial));
    let address: Address | undefined;
    const operator = await openOperator({
      ...shared,
      version,
      startedAt,
      sessionKey,
      sessionKeyMode,
      address: () => address,
      exchanges,
    });
    undo.add(operator.close);

    // begin
    const kept = settings.store.persist === 'sealed';
    const handover = kept ? files.storeSealed : files.storeHandover;
    readHandover(handover, sessionKey, engine, now(), !kept);
    address = await listen(listener, settings.listen);
    await operator.listen(settings.metrics.listen);
    replaceFile(files.pid, `${process.pid}\n`);
    upkeep = startUpkeep(shared);

    // end
    const { watch, stop: stopUpkeep } = upkeep;
    const reload = (): void => void reloader.reload();
    return runningDaemon(address, reload, async () => {
      stopUpkeep();
      listener.close();
      interceptor.stop();
      live.retireAll();
      await settledWithin(live.idle(), reloader.current.settings.shutdownGrace);
      live.cutAll(stopping());
      await settledWithin(live.idle(), LAST_WORDS);
      await interceptor.close();
      await Promise.all([watch.close(), operator.close()]);
      try {
        writeHandover(handover, sessionKey, engine, now());
      } catch (error) {
        // The next start does without it; the log must be sealed all the same.
        onFault(error);
      }
      killSwitch.close();
      hosts.sites.close();
      signals.close();
      await settledWithin(safeguards.sessions.endAll(), LAST_MANIFESTS);
      await audit.close(() => ({ open_sessions: safeguards.sessions.open }));
      rmSync(files.pid, { force: true });
    });
  }
}

function runningDaemon(
  address: Daemon['address'],
  reload: () => void,
  end: () => Promise<void>,
): Daemon {
  let settle: (code: number) => void;
  const stopped = new Promise<number>((resolve) => {
    settle = resolve;
  });
  let ending: Promise<void> | undefined;
  return {
    address,
    reload,
    stopped,
    stop() {
      ending ??= end().finally(() => settle(0));
      return ending;
    },
  };
}

/** What streams are told that outlast the grace; their agents may begin anew at once. */
function stopping(): WaterwallError<'upstream-unreachable'> {
  return new WaterwallError('upstream-unreachable', 'Waterwall is stopping', {
    fix: 'send the request again when it has been restarted',
    details: { retryable: true },
  });
}
