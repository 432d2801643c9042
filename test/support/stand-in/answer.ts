import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { anthropicMessage, anthropicStream } from './anthropic.ts';
import { chatCompletion, chatStream } from './chat.ts';
import { responsesObject, responsesStream } from './responses.ts';
import { type Api, isObject, type Memory, nextStep } from './script.ts';

const STREAMS = { anthropic: anthropicStream, chat: chatStream, responses: responsesStream };
const OBJECTS = { anthropic: anthropicMessage, chat: chatCompletion, responses: responsesObject };

/** The API that a path belongs to. */
export function apiOf(path: string): Api | undefined {
  if (path.endsWith('/messages')) return 'anthropic';
  if (path.endsWith('/chat/completions')) return 'chat';
  return path.endsWith('/responses') ? 'responses' : undefined;
}

interface Context {
  readonly memory: Memory;
  readonly pieceSize: number;
}

/** Answers a complete request as the API it was sent to would. */
export function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  { memory, pieceSize }: Context,
): void {
  const body = parse(text);
  const path = (request.url ?? '').split('?')[0] ?? '';
  const api = apiOf(path);
  if (isRawAnswer(body['_raw'])) {
    void sendRaw(response, body['_raw']);
  } else if (api === undefined) {
    sendJson(response, sideAnswer(path, request, text));
  } else {
    const step = nextStep(api, body, memory);
    if (body['stream'] !== true) sendJson(response, OBJECTS[api](body['model'], step));
    else sendStream(response, STREAMS[api](body['model'], step, pieceSize));
  }
}

/** What is no message of an API: counts, model lists; anything else is told what it sent. */
function sideAnswer(path: string, request: IncomingMessage, text: string): object {
  if (path.endsWith('/count_tokens')) return { input_tokens: 10 };
  if (path.endsWith('/models')) {
    return { object: 'list', data: [{ id: 'gpt-5', object: 'model' }], models: [] };
  }
  return {
    ok: true,
    url: request.url,
    headers: request.rawHeaders,
    echo: text.slice(0, 65_536),
  };
}

/** `_raw`: the very bytes of an answer, in pieces of `chunk` bytes. */
interface RawAnswer {
  readonly body: string;
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly chunk?: number;
}

function isRawAnswer(value: unknown): value is RawAnswer {
  return isObject(value) && typeof value['body'] === 'string';
}

async function sendRaw(response: ServerResponse, raw: RawAnswer): Promise<void> {
  response.writeHead(raw.status ?? 200, {
    'content-type': raw.type ?? 'text/event-stream',
    ...raw.headers,
  });
  const bytes = Buffer.from(raw.body);
  const size = raw.chunk ?? bytes.length;
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  await sendAll(response, parts, raw.chunk !== undefined);
}

function sendStream(response: ServerResponse, events: Iterable<string>): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  void sendAll(response, events);
}

async function sendAll(
  response: ServerResponse,
  parts: Iterable<string | Buffer>,
  apart = false,
): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    // A turn of the event loop keeps the pieces from being written together.
    if (apart) await setImmediate();
  }
  response.end();
}

function sendJson(response: ServerResponse, value: object): void {
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
