import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { openLog } from '../audit/log.ts';
import { replaceFile } from '../config/atomic.ts';
import { filesOf } from '../config/files.ts';
import { loadSettings, parseSettings } from '../config/load/settings.ts';
import { loadSessionKey } from '../config/session-key.ts';
import type { Homes, Settings } from '../config/types.ts';
import { followConfig } from '../control/config-source.ts';
import { createHeartbeat } from '../control/heartbeat.ts';
import { createKillSwitch, killSwitchRefusal } from '../control/kill-switch.ts';
import { type PolicyWatch, watchPolicy } from '../control/policy-watch.ts';
import { createReloader } from '../control/reload.ts';
import { catchSigusr1 } from '../control/sigusr1.ts';
import { WaterwallError } from '../errors.ts';
import { recordVerification } from '../ops/verify/record.ts';
import { verifyRunning } from '../ops/verify/runtime.ts';
import { dialDirectly, dialThrough } from './dial.ts';
import { createEngine } from './engine.ts';
import type { ExchangeContext } from './exchange-context.ts';
import { createGate } from './gate.ts';
import { readHandover, writeHandover } from './handover.ts';
import { openHosts } from './hosts.ts';
import { createInterceptor } from './intercept.ts';
import { createListener } from './listener.ts';
import { createLive } from './live.ts';
import { createObserver, type Notice, type RequestLine } from './observer.ts';
import { openOperatorSide } from './operator-side.ts';
import { loadPolicy } from './policy.ts';
import { createRouter } from './router.ts';
import { runSelfTest } from './self-test.ts';
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
  readonly address: { readonly host: string; readonly port: number };
  /** Stops accepting, lets streams finish up to `shutdown_grace`, seals the log. */
  stop(): Promise<void>;
  /** Reads policy and settings anew; how that went goes to state and log. */
  reload(): void;
  /** Settles with the process's exit code when the daemon has ended. */
  readonly stopped: Promise<number>;
}

/** How long what is cut at a stop may take to tell its client. */
const LAST_WORDS = 1_000;

/** How often the kill switch is looked at while nothing is asked for; only to show it. */
const LOOK_EVERY = 2000;

/** How often leaves are looked at and forgotten values dropped. */
const HOUSEKEEPING = 60_000;

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
  const undo: (() => Promise<void> | void)[] = [signals.close];
  try {
    return await start();
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }

  async function start(): Promise<Daemon> {
    // what is redacted
    const { sessionKey: keyMode } = loadSettings(homes);
    const sessionKey = keyMode === 'ephemeral' ? randomBytes(32) : loadSessionKey(homes);
    const policy = loadPolicy(homes, sessionKey);
    const { settings } = policy;
    const engine = createEngine(policy, sessionKey, now);

    // what is recorded, and what stops everything
    const observer = createObserver(onLine, options.onNotice);
    const audit = await openLog(homes.log, {
      now: () => new Date(),
      onPoison: (error) => {
        observer.auditFailed(error);
        onFault(error);
      },
    });
    undo.push(() => audit.close());
    const killSwitch = createKillSwitch({
      runFolder: homes.run,
      latchFile: files.killSwitchLatch,
      pid: process.pid,
      now: Date.now,
      record: async (event) => void (await audit.append('killswitch', { ...event })),
      onFault,
    });
    undo.push(killSwitch.close);
    const lookAtConfig = followConfig(
      files.settings,
      (text) => parseSettings(files.settings, text).killSwitch,
    );
    killSwitch.setConfig(lookAtConfig());
    const gate = createGate(killSwitch, audit);
    const live = createLive(killSwitch.enter);

    // where it goes
    const { upstreamProxy } = settings;
    const dial = upstreamProxy === undefined ? dialDirectly : dialThrough(upstreamProxy);
    const hosts = await openHosts(homes, dial, settings.limits.handshakeTimeout);
    undo.push(hosts.sites.close);
    if (hosts.failure !== undefined) {
      observer.hostsLooked({ pending: false, failure: hosts.failure });
    }

    // what changes while it runs
    let watch: PolicyWatch | undefined;
    const reloader = createReloader({
      initial: policy,
      lookAtConfig: () => killSwitch.setConfig(lookAtConfig()),
      load: (current) => loadPolicy(homes, sessionKey, current),
      outline: (each) => each.outline,
      apply: (next) => {
        engine.known.setSecrets(next.known.entries);
        options.onSettings?.(next.settings);
      },
      record: async (event) => void (await audit.append('policy_change', { ...event })),
      onLoosened: observer.loosened,
      onResult: (result) => {
        observer.reloaded(result);
        observer.disabled(reloader.current.patterns.disable);
        watch?.setEnvFiles(reloader.current.known.envFiles);
      },
      onFault,
    });
    observer.disabled(policy.patterns.disable);

    // the way of a request
    const exchanges: ExchangeContext = {
      policy: () => reloader.current,
      gate: gate.begin,
      gateNow: gate.goOn,
      remember: engine.known.remember,
      store: engine.store,
      vault: engine.vault,
      exact: engine.exact,
      conversations: engine.conversations,
      audit,
      live,
      observer,
      onFault,
      now,
    };
    const interceptor = createInterceptor(exchanges, settings.limits);
    const route = createRouter({
      hosts: hosts.policy,
      hostsFailure: hosts.failure,
      sites: hosts.sites.byHost,
      interceptor,
      gate: gate.begin,
      gateNow: gate.goOn,
      dial,
      live,
      audit,
      observer,
    });
    const listener = createListener(route, settings.limits, observer.refused, onFault);
    killSwitch.onChange(observer.killSwitch);
    killSwitch.onEngage((state) => {
      // Resets first: nothing that is buffered may still leave.
      hosts.sites.cut();
      live.cutAll(killSwitchRefusal(state));
    });
    signals.attach(killSwitch.toggleSignal);
    const held = killSwitch.check();
    if (held.active) observer.killSwitch(held);

    // the operator's side
    await audit.append('start', startFields(version, policy));
    let address: Daemon['address'] | undefined;
    const operator = await openOperatorSide(
      files.adminSocket,
      {
        version,
        startedAt,
        sessionKeyMadeAt: keyMode === 'ephemeral' ? startedAt : statSync(files.sessionKey).mtimeMs,
        address: () => address,
        policy: () => reloader.current,
        lastReload: () => reloader.last,
        engine,
        hosts,
        audit,
        killSwitch,
        observer,
      },
      {
        reload: reloader.reload,
        rotate: audit.rotate,
        verifyInstall: async () => {
          const report = await verifyRunning({
            homes,
            hosts,
            policy: () => reloader.current,
            sessionKey,
            sessionKeyMode: keyMode,
            auditFailure: () => audit.failure,
            address: () => address,
            killSwitch: killSwitch.check,
            dial,
            enter: live.enter,
            selfTest: () => runSelfTest(exchanges),
          });
          await recordVerification(audit, report);
          return report;
        },
      },
      onFault,
    );
    undo.push(operator.close);
    const kept = settings.store.persist === 'sealed';
    const handover = kept ? files.storeSealed : files.storeHandover;
    readHandover(handover, sessionKey, engine, now(), !kept);
    address = await listen(listener, settings.listen);
    await operator.listen(settings.metrics.listen);
    replaceFile(files.pid, `${process.pid}\n`);
    watch = watchPolicy({
      homes,
      envFiles: policy.known.envFiles,
      onPolicy: () => void reloader.reload(),
      onHosts: () => observer.hostsLooked(hosts.look()),
      onSentinel: () => void killSwitch.check(),
      onFault,
    });
    // Where no notification came, as for a sentinel older than the watch, and nothing is under way.
    const looking = setInterval(killSwitch.check, LOOK_EVERY).unref();
    const beat = createHeartbeat(
      () => audit.head.length,
      (idle) => {
        const fields = {
          idle_seconds: Math.round(idle / 1000),
          policy_hash: reloader.current.hash,
        };
        audit.append('heartbeat', fields).catch(onFault);
      },
    );
    const housekeeping = setInterval(() => {
      beat(now());
      engine.known.prune();
      hosts.sites.leaves.renew(Date.now()).catch(onFault);
    }, HOUSEKEEPING).unref();

    const reload = (): void => void reloader.reload();
    return runningDaemon(address, reload, async () => {
      clearInterval(housekeeping);
      clearInterval(looking);
      listener.close();
      interceptor.stop();
      await settledWithin(live.idle(), reloader.current.settings.shutdownGrace);
      live.cutAll(stopping());
      await settledWithin(live.idle(), LAST_WORDS);
      await interceptor.close();
      await Promise.all([watch?.close(), operator.close()]);
      try {
        writeHandover(handover, sessionKey, engine, now());
      } catch (error) {
        // The next start does without it; the log must be sealed all the same.
        onFault(error);
      }
      killSwitch.close();
      hosts.sites.close();
      signals.close();
      await audit.close();
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

function listen(
  server: import('node:http').Server,
  at: { host: string; port: number },
): Promise<Daemon['address']> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${at.host}:${at.port}`;
      reject(
        new WaterwallError(
          cause.code === 'EADDRINUSE' ? 'address-in-use' : 'io-error',
          `cannot listen on ${where} (${cause.code ?? 'unknown error'})`,
          { fix: 'stop what listens there, or set another `listen` in config.yaml', cause },
        ),
      );
    });
    server.listen(at.port, at.host, () => {
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: address, port });
    });
  });
}

/** What streams are told that outlast the grace; their agents may begin anew at once. */
function stopping(): WaterwallError<'upstream-unreachable'> {
  return new WaterwallError('upstream-unreachable', 'Waterwall is stopping', {
    fix: 'send the request again when it has been restarted',
    details: { retryable: true },
  });
}
