import { parentPort } from 'node:worker_threads';
import { parseLines } from './batch.ts';

/** A thread that parses lines: a million of them in one takes longer than it has to. */

const port = parentPort;
if (port === null) throw new TypeError('This is a worker.');
port.on('message', (bytes: Uint8Array) => {
  port.postMessage(parseLines(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)));
});
