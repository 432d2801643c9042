import { join } from 'node:path';
import type { WaterwallError } from '../errors.ts';
import type { Anchor } from './anchor.ts';
import { CHAIN_FOLDER } from './folder.ts';
import { type GrowingEpochs, startEpochs } from './key-epochs.ts';
import { type AppendedLine, openLog } from './log.ts';
import { openNotesFolder } from './notes-folder.ts';
import type { PublicKeys } from './public-keys.ts';
import type { SignerReach } from './signer/reach.ts';
import { createCheckpointLines } from './signing/checkpoint-lines.ts';
import { createKeyRotation, type KeyRotation } from './signing/key-rotation.ts';
import { isAnnouncement } from './signing/match.ts';
import { startSigning } from './signing/signing.ts';
import type { Signing, SigningFacts } from './signing/types.ts';
import type { AuditLog, LineFields, LineType } from './types.ts';
import { formatVkey } from './vkey.ts';

/** What a signed log needs of the world. */
export interface SignedLogDeps {
  readonly keys: PublicKeys;
  /** Where whoever else needs the keys of later epochs gets them from. */
  readonly epochs?: GrowingEpochs | undefined;
  readonly reach: SignerReach;
  readonly settings: SignedLogSettings;
  readonly anchor?: Anchor | undefined;
  /** What line 0 of a new log says of the one before it. */
  readonly previous?: LineFields;
  /** The wall clock. */
  now(): Date;
  /** The monotonic clock, milliseconds. */
  ticks(): number;
  onPoison(error: WaterwallError<'audit-unavailable'>): void;
  /** Told when requests begin to be refused for the signer's sake, and when they no longer are. */
  onSigner(failure: WaterwallError<'audit-unavailable'> | undefined): void;
  /** Told when a kept checkpoint was not anchored, and (undefined) when one was. */
  onAnchor?(failure: WaterwallError<'io-error'> | undefined): void;
  /** Told of each line that has got its place, in order. */
  onAppended?(line: AppendedLine): void;
  /** Told of each line that has become durable, in order. */
  onLine?(line: AppendedLine): void;
  /** What hinders nothing but should be known. */
  onFault(error: unknown): void;
}

/** Times in milliseconds. */
export interface SignedLogSettings {
  readonly checkpointLines: number;
  readonly checkpointInterval: number;
  readonly signerTimeout: number;
  /** For as long one key signs; absent: for good. */
  readonly keyEpoch?: number;
}

/** A log whose lines are signed. Its `failure` is the signer's too. */
export interface SignedLog extends AuditLog {
  /** With the keys of all epochs so far; they grow while the log does. */
  readonly keys: PublicKeys;
  readonly signing: SigningFacts;
  /** Why nothing can be written any more; the signer is not asked. */
  readonly writeFailure: Error | undefined;
  readonly signerFailure: WaterwallError<'audit-unavailable'> | undefined;
  /** Whether the last kept checkpoint is anchored; undefined where nothing says so. */
  readonly anchored: boolean | undefined;
  /** The last `checkpoint` line; undefined before the first one since the start. */
  readonly lastCheckpoint: LastCheckpoint | undefined;
  /** The latest checkpoint, whole; undefined before the first one since the start. */
  readonly latest: string | undefined;
  /** Settles when it is known whether log and signer belong together, or in time. */
  settled(): Promise<void>;
  /** Waits until the log is signed as far as it is now; false where that takes too long. */
  signed(within: number): Promise<boolean>;
  manifest(payload: Uint8Array): Promise<string>;
}

/** A segment to which nothing is added for now, and the size of the log that covers it. */
interface Seal {
  readonly size: number;
  readonly segment: number;
}

/** Where a checkpoint stands in the chain. */
export interface LastCheckpoint {
  readonly seq: number;
  readonly ts: Date;
}

/** What must not happen without a signature in time; all else is recorded also then. */
const NEEDS_SIGNER: ReadonlySet<LineType> = new Set(['redaction', 'detokenization']);

/** How long the end of a log waits for its last signatures. */
const LAST_SIGNATURE = 3_000;

/**
 * Opens the log of a folder, and has it signed from now on. Returns before the signer has been
 * reached: lines are durable without it.
 *
 * @throws WaterwallError `chain-damaged`; `already-running`; `io-error`
 */
export async function openSignedLog(logFolder: string, deps: SignedLogDeps): Promise<SignedLog> {
  const { keys, reach, settings, onFault, epochs = startEpochs(keys.log) } = deps;
  const notes = openNotesFolder(logFolder, onFault);
  const seals: Seal[] = [];
  const checkpoints = createCheckpointLines(settings, deps.now, onFault);
  let signing: Signing | undefined;
  let rotation: KeyRotation | undefined;
  let latest: string | undefined;
  const opened = openLog(logFolder, {
    now: deps.now,
    onPoison: deps.onPoison,
    first: firstFields(keys, deps.previous),
    follow(end, segment) {
      const started = startSigning({
        logFolder,
        end,
        keys,
        epochs,
        reach,
        timeout: settings.signerTimeout,
        now: deps.ticks,
        onSigned(signed) {
          latest = signed.note;
          notes.show(signed.note);
          if (signed.keep) {
            void notes.keep(signed.note, deps.now());
            deps.anchor?.put(signed.note);
          }
          const seal = seals[0]?.size === signed.size ? seals.shift() : undefined;
          if (seal !== undefined) void notes.seal(seal.segment, signed.note);
          checkpoints.signed(signed);
          rotation?.signed();
        },
        onFailure: deps.onSigner,
        onCaughtUp(from, to, cause) {
          const fields = { signer_from: from, signer_to: to, cause };
          opened.then((log) => log.append('recovered', fields)).catch(onFault);
        },
      });
      signing = started;
      let { length } = end;
      let first = segment;
      return {
        appended: (line) => deps.onAppended?.(line),
        durable(head, type, line) {
          deps.onLine?.(line);
          length = head.length;
          const isLast = type === 'rotation' || type === 'stop';
          if (isLast) seals.push({ size: length, segment: first });
          if (type === 'rotation') first = length;
          started.add(head, isLast, isAnnouncement(line) ? line.bytes : undefined);
          checkpoints.durable(type);
        },
        async stopping() {
          checkpoints.stop();
          rotation?.stop();
          await started.through(length, LAST_SIGNATURE);
          await Promise.all([notes.settled(), deps.anchor?.settled()]);
        },
      };
    },
  });
  const log = await opened.catch((error: unknown) => {
    signing?.close();
    throw error;
  });
  const { close, append } = log;
  const at = signing as Signing | undefined;
  if (at === undefined) throw new TypeError('A log that is open is followed.');
  checkpoints.start(log.append);
  rotation = createKeyRotation({
    ...deps,
    chainFolder: join(logFolder, CHAIN_FOLDER),
    every: settings.keyEpoch,
    epochs,
    append: log.append,
    isAnnounced: () => at.isKeyAnnounced,
    nextKey: at.nextKey,
  });

  return {
    keys: { ...keys, log: epochs.key },
    append(type, fields) {
      const failure = NEEDS_SIGNER.has(type) ? at.failure : undefined;
      return failure === undefined ? append(type, fields) : Promise.reject(failure);
    },
    rotate: log.rotate,
    async close(last) {
      await close(last).finally(() => at.close());
    },
    get failure() {
      return log.failure ?? at.failure;
    },
    get writeFailure() {
      return log.failure;
    },
    get signerFailure() {
      return at.failure;
    },
    get head() {
      return log.head;
    },
    get signing() {
      const { facts } = at;
      return { ...facts, isolated: facts.isolated || deps.anchor?.holds === true };
    },
    get anchored() {
      return deps.anchor?.holds;
    },
    get lastCheckpoint() {
      return checkpoints.last;
    },
    get latest() {
      return latest;
    },
    settled: at.settled,
    async signed(within) {
      return (await at.through(log.head.length, within)) !== undefined;
    },
    manifest: at.manifest,
  };
}

function firstFields({ log, manifest }: PublicKeys, previous: LineFields | undefined): LineFields {
  return {
    origin: log.name,
    vkey: formatVkey(log),
    ...(manifest === undefined ? {} : { manifest_vkey: formatVkey(manifest) }),
    ...(previous === undefined ? {} : { previous }),
  };
}
