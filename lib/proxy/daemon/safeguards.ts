import { openHomeLog } from '../../audit/home-log.ts';
import { startRetention } from '../../audit/retention.ts';
import { createSessionBook, type SessionBook } from '../../audit/session-book.ts';
import type { SignedLog } from '../../audit/signed-log.ts';
import { readUnended } from '../../audit/unended.ts';
import { filesOf } from '../../config/files.ts';
import { parseSettings } from '../../config/load/settings.ts';
import type { Homes, Settings } from '../../config/types.ts';
import { followConfig } from '../../control/config-source.ts';
import { createKillSwitch, type KillSwitch } from '../../control/kill-switch.ts';
import { dialFor } from '../dial.ts';
import { createGate, type Gate } from '../gate.ts';
import { type Hold, heldDial } from '../held-dial.ts';
import { createLive, type Live } from '../live.ts';
import type { Observer } from '../observer.ts';
import type { Undo } from './undo.ts';

/** What is recorded, and what stops everything. */
export interface Safeguards {
  readonly audit: SignedLog;
  readonly sessions: SessionBook;
  readonly killSwitch: KillSwitch;
  /** Lets the kill switch see what `config.yaml` says now. */
  readonly lookAtConfig: () => void;
  readonly gate: Gate;
  readonly live: Live;
}

/**
 * Opens the log and the kill switch of a home.
 *
 * @throws WaterwallError `chain-damaged`, `already-running`, `file-missing`
 */
export async function openSafeguards(
  homes: Homes,
  settings: Settings,
  observer: Observer,
  onFault: (error: unknown) => void,
  undo: Undo,
): Promise<Safeguards> {
  const files = filesOf(homes);
  const sessions = createSessionBook({
    log: () => audit,
    folder: files.manifests,
    idle: settings.audit.sessionIdle,
    now: () => performance.now(),
    onFault,
  });
  // The kill switch needs the log to write to, and the log's way to a witness needs the kill switch.
  let hold: (hold: Hold) => void = () => {};
  const held = new Promise<Hold>((resolve) => {
    hold = resolve;
  });
  const audit: SignedLog = await openHomeLog(homes, settings.audit, {
    connect: heldDial(dialFor(settings.upstreamProxy), held),
    onAppended: sessions.expect,
    onLine: sessions.note,
    onPoison: (error) => {
      observer.auditFailed(error);
      onFault(error);
    },
    onSigner: observer.signerFailed,
    onAnchor: observer.anchorLooked,
    onFault,
  });
  undo.add(() => audit.close());
  const { retention } = settings.audit;
  if (retention !== undefined) {
    const { chain: chainFolder } = files;
    const deps = { logFolder: homes.log, chainFolder, key: audit.keys.log, log: audit, retention };
    undo.add(startRetention({ ...deps, now: Date.now }, onFault).close);
  }
  const { length } = audit.head;
  void sessions.resume(length, (to, take) => readUnended(files.chain, to, take));
  const killSwitch = createKillSwitch({
    runFolder: homes.run,
    latchFile: files.killSwitchLatch,
    pid: process.pid,
    now: Date.now,
    record: async (event) =>
      observer.switchRecorded(await audit.append('killswitch', { ...event })),
    onFault,
  });
  undo.add(killSwitch.close);
  const follow = followConfig(
    files.settings,
    (text) => parseSettings(files.settings, text).killSwitch,
  );
  const lookAtConfig = (): void => killSwitch.setConfig(follow());
  lookAtConfig();
  hold({ isEngaged: () => killSwitch.check().active, onEngage: killSwitch.onEngage });
  return {
    audit,
    sessions,
    killSwitch,
    lookAtConfig,
    gate: createGate(killSwitch, audit),
    live: createLive(killSwitch.enter),
  };
}
