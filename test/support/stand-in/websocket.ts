import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { frameReader, writeFrame } from './frames.ts';
import { responsesStream } from './responses.ts';
import { isObject, type Memory, nextStep } from './script.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a client must get back for its `Sec-WebSocket-Key` (RFC 6455, 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/**
 * Speaks the Responses API over an upgraded connection: `response.create` in, response events out,
 * one message each. Earlier input of the connection is remembered for `previous_response_id`.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  memory: Memory,
  onMessage: (text: string) => void,
): void {
  socket.on('error', () => {});
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${acceptKey(String(request.headers['sec-websocket-key']))}\r\n\r\n`,
  );
  const fragments: Buffer[] = [];
  let history: unknown[] = [];
  let tools: unknown = [];
  const answer = (body: Record<string, unknown>): void => {
    const input = Array.isArray(body['input'])
      ? body['input']
      : [{ role: 'user', content: body['input'] }];
    history = body['previous_response_id'] === undefined ? [...input] : [...history, ...input];
    if (Array.isArray(body['tools']) && body['tools'].length > 0) tools = body['tools'];
    // A warm-up asks for no output, but wants to see a response begin and end.
    const step =
      body['generate'] === false
        ? { text: '' }
        : nextStep('responses', { ...body, input: history, tools }, memory);
    for (const event of responsesStream(body['model'], step, 3)) {
      socket.write(writeFrame(event.slice(event.indexOf('data: ') + 6).trimEnd()));
    }
  };
  socket.on(
    'data',
    frameReader(({ final, opcode, payload }) => {
      if (opcode === 8) return void socket.end(writeFrame(payload, { opcode: 8 }));
      if (opcode === 9) return void socket.write(writeFrame(payload, { opcode: 10 }));
      if (opcode === 10) return;
      fragments.push(payload);
      if (!final) return;
      const text = Buffer.concat(fragments.splice(0)).toString('utf8');
      onMessage(text);
      const message = parse(text);
      if (message['type'] !== 'response.create') return;
      answer(isObject(message['response']) ? message['response'] : message);
    }),
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
