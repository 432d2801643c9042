import type { ClientRequest, IncomingMessage } from 'node:http';
import { endToEnd, type RawHeaders } from '../headers.ts';

/** 16 bytes in base64 (RFC 6455 §4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/**
 * Whether a request is an opening handshake (RFC 6455 §4.2.1). One with a body is none: to us its
 * bytes would be frames, to the provider perhaps a body.
 */
export function isOpening(request: IncomingMessage): boolean {
  const { headers } = request;
  return (
    request.method === 'GET' &&
    request.httpVersion === '1.1' &&
    KEY.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13' &&
    Number(headers['content-length'] ?? 0) === 0 &&
    headers['transfer-encoding'] === undefined
  );
}

/** Whether the client offers to compress messages (RFC 7692). */
export function offersDeflate(request: IncomingMessage): boolean {
  return /\bpermessage-deflate\b/i.test(request.headers['sec-websocket-extensions'] ?? '');
}

/** Fields of the handshake that each connection negotiates for itself. */
const OWN = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions'];

/**
 * Gives a handshake the target and the fields of the client's own, in their order and case; what
 * concerns this connection alone stays as the library has it.
 */
export function writeHandshake(outgoing: ClientRequest, target: string, headers: RawHeaders): void {
  const own = new Map<string, string>();
  for (const name of outgoing.getHeaderNames()) {
    own.set(name, String(outgoing.getHeader(name)));
    outgoing.removeHeader(name);
  }
  outgoing.path = target;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const key = name.toLowerCase();
    const value = OWN.includes(key) ? own.get(key) : headers[i + 1];
    own.delete(key);
    if (value !== undefined) outgoing.appendHeader(name, value);
  }
  outgoing.setHeader('Connection', 'Upgrade');
  outgoing.setHeader('Upgrade', 'websocket');
  for (const name of OWN) {
    const value = own.get(name);
    if (value !== undefined) outgoing.setHeader(name, value);
  }
}

/** Fields of the provider's answer that the library writes itself. */
const ANSWERED = [
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'content-length',
];

/** The lines that the answer to the client has beside those of the library. */
export function answerLines(answer: IncomingMessage): string[] {
  const raw = endToEnd(answer.rawHeaders, ANSWERED);
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i += 2) lines.push(`${raw[i]}: ${asUtf8(raw[i + 1] as string)}`);
  return lines;
}

/** The library writes its lines as UTF-8, and to Node field values are Latin-1. */
function asUtf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}
