import { parentPort, workerData } from 'node:worker_threads';
import { WaterwallError } from '../../errors.ts';
import { exportEvidence } from './export.ts';
import { type EvidenceRequest, sourcesOf } from './request.ts';
import type { FromWorker, ToWorker } from './thread.ts';

/** The thread in which an export runs: the daemon's own has streams to serve. */

const port = parentPort;
if (port === null) throw new TypeError('This is a worker.');
const tell = (message: FromWorker): void => port.postMessage(message);
let signed: ((message: ToWorker) => void) | undefined;
port.on('message', (message: ToWorker) => signed?.(message));

const request = workerData as EvidenceRequest;
try {
  const report = await exportEvidence(sourcesOf(request), {
    ...request,
    tell: (step, done, total) => tell({ kind: 'progress', step, done, total }),
    sign: (payload) =>
      new Promise((resolve, reject) => {
        signed = (message) => {
          if ('envelope' in message) resolve(message.envelope);
          else reject(new Error(message.refused));
        };
        tell({ kind: 'sign', payload });
      }),
  });
  tell({ kind: 'done', report });
} catch (error) {
  const { code, message, fix } = asTold(error);
  tell({ kind: 'failed', code, message, fix });
}
port.close();

function asTold(error: unknown): WaterwallError {
  if (error instanceof WaterwallError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new WaterwallError('io-error', `the evidence cannot be collected: ${message}`, {
    fix: 'see that the log folder is there and that Waterwall may read it',
  });
}
