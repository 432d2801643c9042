import http, { type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  answerLines,
  isOpening,
  offersDeflate,
  writeHandshake,
} from '../../../lib/proxy/websocket/handshake.ts';

const sound = {
  method: 'GET',
  httpVersion: '1.1',
  headers: {
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  } as Record<string, string>,
};
const request = (changes: object = {}, headers: object = {}): IncomingMessage =>
  ({ ...sound, ...changes, headers: { ...sound.headers, ...headers } }) as IncomingMessage;

test('a sound handshake is an opening', () => {
  expect(isOpening(request())).toBe(true);
  expect(isOpening(request({}, { 'content-length': '0' }))).toBe(true);
});

test.each([
  ['another method', request({ method: 'POST' })],
  ['HTTP/1.0', request({ httpVersion: '1.0' })],
  ['a short key', request({}, { 'sec-websocket-key': 'dGhl' })],
  ['an old version', request({}, { 'sec-websocket-version': '8' })],
  ['two versions', request({}, { 'sec-websocket-version': '13, 13' })],
  ['a body', request({}, { 'content-length': '1' })],
  ['a length that is none', request({}, { 'content-length': 'x' })],
  ['chunks', request({}, { 'transfer-encoding': 'chunked' })],
])('%s makes it none', (_name, one) => {
  expect(isOpening(one)).toBe(false);
});

test.each([
  ['permessage-deflate; client_max_window_bits', true],
  ['x-odd, Permessage-Deflate', true],
  ['permessage-deflated', false],
  ['', false],
])('"%s" offers compression: %s', (value, expected) => {
  expect(offersDeflate(request({}, { 'sec-websocket-extensions': value }))).toBe(expected);
});

describe('the handshake to the provider', () => {
  test('has the fields of the client in order and case, and a negotiation of its own', () => {
    const outgoing = http.request({
      host: 'library.example',
      headers: { 'Sec-WebSocket-Key': 'own', 'Sec-WebSocket-Version': '13', Connection: 'Upgrade' },
    });
    outgoing.on('error', () => {});
    outgoing.destroy();
    const raw = ['Host', 'a.example', 'X-B', '1', 'Sec-WebSocket-Key', 'theirs', 'x-a', '2'];
    const more = ['Sec-WebSocket-Extensions', 'permessage-deflate', 'Cookie', 'a', 'Cookie', 'b'];
    writeHandshake(outgoing, '/p//../q?x=%7C', [...raw, ...more]);
    expect(outgoing.path).toBe('/p//../q?x=%7C');
    expect(outgoing.getRawHeaderNames()).toEqual([
      'Host',
      'X-B',
      'Sec-WebSocket-Key',
      'x-a',
      'Cookie',
      'Connection',
      'Upgrade',
      'sec-websocket-version',
    ]);
    expect(outgoing.getHeaders()).toMatchObject({
      host: 'a.example',
      'sec-websocket-key': 'own',
      cookie: ['a', 'b'],
    });
  });
});

test('the answer’s own fields go on, UTF-8 as it came, negotiated ones do not', () => {
  const rawHeaders = ['Upgrade', 'websocket', 'X-A', Buffer.from('é').toString('latin1')];
  const own = ['Sec-WebSocket-Accept', 'x', 'Sec-WebSocket-Protocol', 'p', 'Set-Cookie', 'a=1'];
  const answer = { rawHeaders: [...rawHeaders, ...own] } as IncomingMessage;
  expect(answerLines(answer)).toEqual(['X-A: é', 'Set-Cookie: a=1']);
});
