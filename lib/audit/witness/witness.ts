import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../config/atomic.ts';
import { type Anchor, type AnchorWatch, startAnchor } from '../anchor.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { CHAIN_FOLDER, COSIGNED_FILE } from '../folder.ts';
import type { LogKey } from '../log-key.ts';
import type { VerifierKey } from '../vkey.ts';
import { openProver } from './consistency.ts';
import { openCosignature } from './cosignature.ts';
import { type Connect, conflictingSize, submitCheckpoint } from './submit.ts';

/** A witness, as `audit.anchor` names it. */
export interface WitnessTarget {
  /** The prefix of its submissions. */
  readonly url: string;
  readonly key: VerifierKey;
}

export interface WitnessDeps extends AnchorWatch {
  readonly target: WitnessTarget;
  readonly logFolder: string;
  /** The log's key. */
  readonly key: LogKey;
  readonly connect: Connect;
  /** Takes a checkpoint with its cosignature. */
  onCosigned(note: string): void;
  /** Milliseconds for an answer, where not the usual ones. */
  readonly patience?: number;
}

/**
 * Has kept checkpoints cosigned by a witness: it signs only what includes all that it has signed
 * before, so that nobody can be shown another history than it saw.
 */
export function openWitness({ target, logFolder, key, ...deps }: WitnessDeps): Anchor {
  const prover = openProver(join(logFolder, CHAIN_FOLDER), key);
  const file = join(logFolder, COSIGNED_FILE);
  /** The size it cosigned last, as far as we know. */
  let seen: number | undefined;

  async function cosign(note: string): Promise<void> {
    const checkpoint = openCheckpoint(note, key);
    if ('fault' in checkpoint) throw new Error(checkpoint.fault);
    seen ??= await cosignedSize(file, key);
    let answer = await submit(note, checkpoint, seen);
    const told = conflictingSize(answer);
    if (told !== undefined && told !== seen) {
      seen = told;
      answer = await submit(note, checkpoint, told);
    }
    if (answer.status !== 200)
      throw new Error(`it answered ${answer.status}${reason(answer.body)}`);
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    const cosignature = openCosignature(answer.body, text, target.key);
    if ('fault' in cosignature) throw new Error(cosignature.fault);
    seen = checkpoint.size;
    const cosigned = note + cosignature.line;
    replaceFile(file, cosigned);
    deps.onCosigned(cosigned);
  }

  async function submit(note: string, checkpoint: Checkpoint, old: number) {
    if (old > checkpoint.size) {
      throw new Error(
        `it has cosigned ${old} lines of this log, and there are ${checkpoint.size}: the log was cut off, or another one has its keys`,
      );
    }
    const proof = old === 0 ? [] : await prover.prove(old, checkpoint);
    const { connect, patience } = deps;
    return submitCheckpoint({ url: target.url, connect, patience }, old, proof, note);
  }

  return startAnchor(cosign, target.url, deps);
}

/** What we have of an earlier time; a witness that knows better says so. */
async function cosignedSize(file: string, key: LogKey): Promise<number> {
  const note = await readFile(file, 'utf8').catch(() => '');
  const checkpoint = openCheckpoint(note, key);
  return 'fault' in checkpoint ? 0 : checkpoint.size;
}

/** The beginning of what it said; a witness is another's machine. */
function reason(body: string): string {
  const said = body
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 100);
  return said === '' ? '' : `: ${said}`;
}
