import { join } from 'node:path';
import type { WaterwallError } from '../../errors.ts';
import { CHAIN_FOLDER } from '../folder.ts';
import { takeEpochs } from '../key-epochs.ts';
import type { LineHash } from '../leaf.ts';
import type { PublicKeys } from '../public-keys.ts';
import { openConnection, type SignerConnection } from '../signer/connection.ts';
import { MAX_LEAVES, type SignedHead } from '../signer/protocol.ts';
import { formatVkey } from '../vkey.ts';
import { createBoundaries } from './boundaries.ts';
import { signedFault } from './check.ts';
import { changeKey, closedHead, finishChange } from './key-change.ts';
import { forgedEpoch, type Mismatch, matchSigner, mismatchOf } from './match.ts';
import { silent } from './silence.ts';
import type { Signed, Signing, SigningDeps, SigningFacts } from './types.ts';
import { createWaiters } from './waiters.ts';
import { createWaitingLeaves } from './waiting-leaves.ts';

/** A kept checkpoint, at least, this often. */
const KEEP_EVERY = 60_000;

/**
 * Lines gather for as long before they are signed, unless somebody waits for it: a signature costs
 * two syncs and a millisecond of each process, and an agent's request makes a line each time.
 */
const GATHER = 100;

/** A signer that has nothing to do is asked as often whether it is there. */
const LOOK_EVERY = 3_000;

const FIRST_DELAY = 50;
const LONGEST_DELAY = 2_000;

export function startSigning(deps: SigningDeps): Signing {
  const { reach, timeout, now, epochs } = deps;
  const chainFolder = join(deps.logFolder, CHAIN_FOLDER);
  const keys: PublicKeys = { ...deps.keys, log: epochs.key };
  const waiting = createWaitingLeaves(deps.end.length, deps.end.hash as LineHash);
  const boundaries = createBoundaries();
  const waiters = createWaiters();
  const startedAt = now();
  let state: SigningFacts['state'] = 'starting';
  let refusal: Mismatch | undefined;
  let trouble: Error | undefined;
  let connection: SignerConnection | undefined;
  let latest: Signed | undefined;
  let signedSize = 0;
  let signerSize = 0;
  let signatures = 0;
  let lastSignedAt: number | undefined;
  let restarts = 0;
  let downSince = startedAt;
  let keptAt = Number.NEGATIVE_INFINITY;
  let reported = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => {};

  const isSettled = (): boolean => state === 'running' || state === 'refused';
  const waitedMs = (): number => (waiting.since === undefined ? 0 : now() - waiting.since);

  function failure(): WaterwallError<'audit-unavailable'> | undefined {
    if (refusal !== undefined) return refusal;
    return waitedMs() < timeout ? undefined : silent(waitedMs(), trouble);
  }

  /** Something may have changed that somebody waits for. */
  function changed(): void {
    const failed = failure();
    if ((failed !== undefined) !== reported) {
      reported = failed !== undefined;
      deps.onFailure(failed);
    }
    waiters.look();
  }

  /** One timer, and only while something waits: it looks again when the wait would be over. */
  function watch(): void {
    if (timer !== undefined || closed || waiting.since === undefined) return;
    const left = Math.max(50, timeout - waitedMs() + 1);
    timer = setTimeout(() => {
      timer = undefined;
      changed();
      watch();
    }, left).unref();
  }

  function refuse(mismatch: Mismatch): void {
    refusal = mismatch;
    state = 'refused';
    changed();
  }

  async function run(): Promise<void> {
    for (let delay = FIRST_DELAY; !closed; delay = Math.min(2 * delay, LONGEST_DELAY)) {
      try {
        const forged = await takeEpochs(chainFolder, epochs);
        if (forged !== undefined) return refuse(forgedEpoch(forged));
        connection = await openConnection(reach.open());
        if (!(await belongs(connection))) return;
        delay = FIRST_DELAY;
        await signUntilGone(connection);
      } catch (error) {
        trouble = error instanceof Error ? error : new Error(String(error));
      }
      const mismatch = trouble && mismatchOf(trouble);
      if (mismatch !== undefined) return refuse(mismatch);
      (connection ?? reach).close();
      connection = undefined;
      if (closed) return;
      if (state === 'running') downSince = now();
      state = 'silent';
      restarts++;
      changed();
      await new Promise((resolve) => setTimeout(resolve, delay).unref());
    }
  }

  async function belongs({ head }: SignerConnection): Promise<boolean> {
    const known = Math.max(deps.end.length, signedSize);
    refusal = await matchSigner(deps.logFolder, waiting, head, keys, now(), boundaries.announce);
    state = refusal === undefined ? 'running' : 'refused';
    if (refusal === undefined) {
      const late = failure() !== undefined;
      const to = waiting.from + waiting.count;
      if (head.size < known) deps.onCaughtUp(head.size, known, 'behind');
      else if (late) deps.onCaughtUp(head.size, to, 'silent');
      signedSize = Math.max(signedSize, head.size);
      signerSize = head.size;
    }
    changed();
    return refusal === undefined;
  }

  async function signUntilGone(signer: SignerConnection): Promise<void> {
    let gone = false;
    void signer.gone.then(() => {
      gone = true;
      wake();
    });
    const closing = await finishChange(chainFolder, epochs, signer);
    if (closing !== undefined) signedThrough(closing, true, now());
    while (!closed && !gone) {
      if (waiting.count === 0 && latest?.size === signedSize) {
        if (!(await woken(LOOK_EVERY))) await signer.look();
        continue;
      }
      await gather();
      await signOnce(signer);
    }
  }

  /** Whether something woke us within that time. */
  function woken(within: number): Promise<boolean> {
    return new Promise((resolve) => {
      const over = setTimeout(() => resolve(false), within).unref();
      wake = () => {
        clearTimeout(over);
        resolve(true);
      };
    });
  }

  function gather(): Promise<void> {
    const isUrgent = (): boolean => closed || waiters.count > 0 || boundaries.count > 0;
    const left = GATHER - waitedMs();
    if (waiting.count === 0 || left <= 0 || isUrgent()) return Promise.resolve();
    return new Promise((resolve) => {
      const over = setTimeout(resolve, left);
      wake = () => {
        if (!isUrgent()) return;
        clearTimeout(over);
        resolve();
      };
    });
  }

  async function signOnce(signer: SignerConnection): Promise<void> {
    // More lines came than are remembered: the next connection reads them back from the disk.
    if (waiting.from !== signerSize) throw new Error('lines have to be read back');
    const sentAt = now();
    const length = waiting.from + waiting.count;
    const boundary = boundaries.after(waiting.from);
    const target = Math.min(length, boundary ?? length);
    const { leaves } = waiting.after(waiting.from) ?? { leaves: [] };
    // The signer wants to see the line that announces its next key, and not only its hash.
    const announcement = boundaries.announcement(target);
    const count = target - waiting.from - (announcement === undefined ? 0 : 1);
    for (let from = 0; from < count; from += MAX_LEAVES) {
      const some = leaves.slice(from, Math.min(from + MAX_LEAVES, count));
      signerSize = await signer.extend(waiting.from + from, some);
    }
    if (target === 0) return void (await new Promise<void>((resolve) => (wake = resolve)));
    const keep = target === boundary || sentAt - keptAt >= KEEP_EVERY;
    const head = await (announcement === undefined
      ? (closedHead(epochs, target) ?? signer.sign(keep))
      : signer.closeEpoch(announcement));
    signerSize = target;
    const due = { size: target, leaf: leaves[target - waiting.from - 1] ?? signer.head.leaf };
    const fault = signedFault(head, due, keys.log);
    if (fault !== undefined) throw new Error(`the signer's answer is not believed: ${fault}`);
    if (announcement !== undefined) {
      await changeKey(chainFolder, epochs, signer, head, announcement);
    }
    signedThrough(head, keep, sentAt);
  }

  function signedThrough(head: SignedHead, keep: boolean, sentAt: number): void {
    const { size } = head;
    if (keep) keptAt = sentAt;
    boundaries.drop(size);
    waiting.drop(size, sentAt);
    signedSize = size;
    signatures++;
    lastSignedAt = Date.now();
    trouble = undefined;
    latest = { ...head, keep };
    deps.onSigned(latest);
    changed();
  }

  void run();
  return {
    get failure() {
      return failure();
    },
    get facts() {
      return {
        state,
        signedSize,
        waitingMs: waitedMs(),
        reason: (refusal ?? trouble)?.message,
        downMs: state === 'running' ? 0 : now() - downSince,
        restarts,
        signatures,
        uid: connection?.head.uid,
        mode: reach.mode,
        pid: reach.pid,
        isolated: state === 'running' && reach.isolated(),
        origin: keys.log.name,
        vkey: formatVkey(keys.log),
        keyEpoch: epochs.found.length,
        lastSignedAt,
      };
    },
    add(head, boundary, announces) {
      waiting.add(head.hash as LineHash, now());
      if (announces !== undefined) boundaries.announce(head.length, announces);
      else if (boundary) boundaries.add(head.length);
      watch();
      wake();
    },
    settled() {
      const left = timeout - (now() - startedAt);
      return isSettled() || left <= 0 ? Promise.resolve() : until(isSettled, left);
    },
    async through(size, within) {
      // What an earlier run had signed counts when this one has a checkpoint of it too.
      const covering = (): Signed | undefined =>
        latest !== undefined && latest.size >= size ? latest : undefined;
      await until(() => covering() !== undefined || state === 'refused', within);
      return covering();
    },
    manifest(payload) {
      if (connection === undefined) return Promise.reject(silent(waitedMs(), trouble));
      return connection.manifest(payload);
    },
    get isKeyAnnounced() {
      return boundaries.announces;
    },
    nextKey() {
      if (connection === undefined) return Promise.reject(silent(waitedMs(), trouble));
      return connection.nextKey();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      wake();
      connection?.close();
      reach.close();
    },
  };

  /** The signing does not gather lines while somebody waits. */
  function until(isSo: () => boolean, within: number): Promise<void> {
    const settled = waiters.until(isSo, within);
    wake();
    return settled;
  }
}
