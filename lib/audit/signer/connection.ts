import type { Duplex } from 'node:stream';
import { WaterwallError } from '../../errors.ts';
import { onMessage, sendMessage } from './message-lines.ts';
import type { SignedHead, SignerHead, SignerRequest } from './protocol.ts';

/** A signer that answers. What is asked is answered in order. */
export interface SignerConnection {
  /** What it said when it was reached. */
  readonly head: SignerHead;
  /** @returns its size */
  extend(from: number, leaves: readonly string[]): Promise<number>;
  sign(keep: boolean): Promise<SignedHead>;
  /** Settles when it has answered, and ends the connection where it does not soon. */
  look(): Promise<void>;
  /** @returns a DSSE envelope */
  manifest(payload: Uint8Array): Promise<string>;
  /** @returns the vkey of the next epoch */
  nextKey(): Promise<string>;
  /** @returns the last checkpoint of the epoch, which covers this line */
  closeEpoch(line: Uint8Array): Promise<SignedHead>;
  openEpoch(): Promise<void>;
  /** Settles when it is gone, for whatever reason. */
  readonly gone: Promise<void>;
  close(): void;
}

interface Waiting {
  resolve(answer: Record<string, unknown>): void;
  reject(error: Error): void;
}

/** A signer answers in milliseconds; one that takes this long is treated as dead. */
const PATIENCE = 10_000;

/** One that is only asked whether it is there has nothing else to do. */
const LOOK_PATIENCE = 4_000;

/**
 * Waits for the signer's head on a connection.
 *
 * @throws WaterwallError `audit-unavailable`: it is gone, silent, or says why it cannot work; then
 *   with the details `signer_code`
 */
export async function openConnection(duplex: Duplex): Promise<SignerConnection> {
  const waiting: Waiting[] = [];
  let over = false;
  let silent = false;
  const gone = new Promise<void>((resolve) => {
    duplex.once('close', () => {
      over = true;
      for (const each of waiting.splice(0)) each.reject(isGone(silent));
      resolve();
    });
  });
  duplex.on('error', () => duplex.destroy());
  onMessage(duplex, (message) => {
    const next = waiting.shift();
    const answer = message as { ok?: unknown; code?: unknown; message?: unknown; fix?: unknown };
    if (next === undefined || typeof answer?.ok !== 'boolean') return void duplex.destroy();
    if (answer.ok) next.resolve(answer as Record<string, unknown>);
    else next.reject(refused(answer));
  });

  async function next(patience = PATIENCE): Promise<Record<string, unknown>> {
    const timer = setTimeout(() => {
      silent = true;
      duplex.destroy();
    }, patience).unref();
    try {
      return await new Promise((resolve, reject) => {
        if (over) reject(isGone(silent));
        else waiting.push({ resolve, reject });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  function ask(request: SignerRequest, patience?: number): Promise<Record<string, unknown>> {
    const answer = next(patience);
    if (!over) sendMessage(duplex, request);
    return answer;
  }

  const head = (await next()) as unknown as SignerHead;
  return {
    head,
    async extend(from, leaves) {
      const bytes = Buffer.concat(leaves.map((leaf) => Buffer.from(leaf, 'base64')));
      const { size } = await ask({ op: 'extend', from, leaves: bytes.toString('base64') });
      return size as number;
    },
    async sign(keep) {
      return (await ask({ op: 'sign', keep: keep ? 1 : 0 })) as unknown as SignedHead;
    },
    async look() {
      await ask({ op: 'head' }, LOOK_PATIENCE);
    },
    async manifest(payload) {
      const encoded = Buffer.from(payload).toString('base64');
      const { envelope } = await ask({ op: 'manifest', payload: encoded });
      return envelope as string;
    },
    async nextKey() {
      return (await ask({ op: 'next_key' }))['vkey'] as string;
    },
    async closeEpoch(line) {
      const encoded = Buffer.from(line).toString('base64');
      return (await ask({ op: 'close_epoch', line: encoded })) as unknown as SignedHead;
    },
    async openEpoch() {
      await ask({ op: 'open_epoch' });
    },
    gone,
    close: () => duplex.destroy(),
  };
}

function isGone(silent: boolean): WaterwallError<'audit-unavailable'> {
  const what = silent ? 'the signer does not answer' : 'the signer has gone';
  return new WaterwallError('audit-unavailable', what, {
    fix: 'wait: it is started again; if that does not help, see what it wrote',
  });
}

function refused(answer: {
  code?: unknown;
  message?: unknown;
  fix?: unknown;
}): WaterwallError<'audit-unavailable'> {
  return new WaterwallError('audit-unavailable', String(answer.message), {
    fix: typeof answer.fix === 'string' ? answer.fix : 'see what the signer wrote',
    details: { signer_code: String(answer.code) },
  });
}
