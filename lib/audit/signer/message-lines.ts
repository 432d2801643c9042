import type { Duplex } from 'node:stream';
import { MAX_MESSAGE_BYTES } from './protocol.ts';

const NEWLINE = 0x0a;

/**
 * Calls back with each line that arrives on a connection. What is no line within the limit, or no
 * JSON, ends the connection: it cannot be followed any more.
 */
export function onMessage(connection: Duplex, handle: (message: unknown) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  connection.on('data', (chunk: Buffer) => {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      parts.push(chunk.subarray(at, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      at = end + 1;
      const message = parse(line);
      if (message === undefined) return void connection.destroy();
      handle(message.value);
    }
    parts.push(chunk.subarray(at));
    length += chunk.length - at;
    if (length > MAX_MESSAGE_BYTES) connection.destroy();
  });
}

function parse(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) };
  } catch {
    return undefined;
  }
}

/** Sends one message. */
export function sendMessage(connection: Duplex, message: object): void {
  connection.write(`${JSON.stringify(message)}\n`);
}
