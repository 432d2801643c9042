import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type SetupCode, WaterwallError } from '../../errors.ts';
import { type EvidenceOptions, type EvidenceReport, exportEvidence } from './export.ts';
import { type EvidenceRequest, sourcesOf } from './request.ts';

/** What the thread says. */
export type FromWorker =
  | {
      readonly kind: 'progress';
      readonly step: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'sign'; readonly payload: Uint8Array }
  | { readonly kind: 'done'; readonly report: EvidenceReport }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly fix: string;
    };

/** What it is told. */
export type ToWorker = { readonly envelope: string } | { readonly refused: string };

const WORKER = new URL('./worker.js', import.meta.url);

/**
 * Exports evidence in a thread of its own, so that nothing that is being served waits for it.
 *
 * @throws what `exportEvidence` throws
 */
export async function exportInThread(
  request: EvidenceRequest,
  { sign, tell, signal }: Pick<EvidenceOptions, 'sign' | 'tell' | 'signal'>,
): Promise<EvidenceReport> {
  // Only what is built has a file that a thread can begin with; sources run in this one.
  if (!existsSync(fileURLToPath(WORKER))) {
    const more = tell === undefined ? {} : { tell };
    return exportEvidence(sourcesOf(request), { ...request, ...more, sign, signal });
  }
  const worker = new Worker(WORKER, { workerData: request, env: {}, execArgv: [] });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop);
  let refusal: unknown;
  try {
    return await new Promise<EvidenceReport>((resolve, reject) => {
      worker.on('error', (error) => reject(refusal ?? error));
      worker.on('exit', () => reject(signal?.aborted === true ? signal.reason : ended()));
      worker.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'progress':
            return tell?.(message.step, message.done, message.total);
          case 'sign':
            return void sign(Buffer.from(message.payload)).then(
              (envelope) => worker.postMessage({ envelope } satisfies ToWorker),
              (error: unknown) => {
                refusal = error;
                worker.postMessage({ refused: String(error) } satisfies ToWorker);
              },
            );
          case 'done':
            return resolve(message.report);
          case 'failed': {
            const { code, message: text, fix } = message;
            return reject(new WaterwallError(code as SetupCode, text, { fix }));
          }
        }
      });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function ended(): WaterwallError<'io-error'> {
  return new WaterwallError('io-error', 'the export ended before it was done', {
    fix: 'export it again; see what the log of the daemon says',
  });
}
