import type { SignedLogSettings } from '../signed-log.ts';
import type { SignedHead } from '../signer/protocol.ts';
import type { AuditLog, LineType } from '../types.ts';

/** The checkpoints inside the chain: after so many lines, after so much time, after a start. */
export interface CheckpointLines {
  /** Where the last one stands. */
  readonly last: { readonly seq: number; readonly ts: Date } | undefined;
  /** From now on they are appended. */
  start(append: AuditLog['append']): void;
  durable(type: LineType): void;
  signed(signed: SignedHead): void;
  stop(): void;
}

export function createCheckpointLines(
  settings: Pick<SignedLogSettings, 'checkpointLines' | 'checkpointInterval'>,
  now: () => Date,
  onFault: (error: unknown) => void,
): CheckpointLines {
  let usual: AuditLog['append'] | undefined;
  let latest: SignedHead | undefined;
  let last: CheckpointLines['last'];
  let covered = 0;
  let lines = 0;
  // The first signature after a start is put down at once: what came before may have had none.
  let due = true;
  let timer: NodeJS.Timeout | undefined;

  async function append(to: AuditLog['append'], signed: SignedHead): Promise<void> {
    const { size, path, note } = signed;
    covered = size;
    lines = 0;
    due = false;
    const ts = now();
    last = { seq: await to('checkpoint', { size, path, note }), ts };
  }

  function look(): void {
    const isDue = due || lines >= settings.checkpointLines;
    if (!isDue || usual === undefined || latest === undefined) return;
    // A signer that is silent has nothing new to say.
    if (latest.size > covered) append(usual, latest).catch(onFault);
  }

  return {
    get last() {
      return last;
    },
    start(to) {
      usual = to;
      timer = setInterval(() => {
        due = lines > 0;
        look();
      }, settings.checkpointInterval).unref();
      look();
    },
    durable(type) {
      if (type !== 'checkpoint') lines++;
    },
    signed(signed) {
      latest = signed;
      look();
    },
    stop() {
      usual = undefined;
      clearInterval(timer);
    },
  };
}
