import type { IncomingMessage, ServerResponse } from 'node:http';

/** One way in which a provider misbehaves. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const EVENT = 'event: ping\ndata: {"type":"ping"}\n\n';

/** Writes bytes behind the back of Node's HTTP, then ends the connection. */
function raw(text: string, end: 'end' | 'reset' | 'keep' = 'end'): Behaviour {
  return (request) => {
    const { socket } = request;
    request.resume();
    socket.write(Buffer.from(text, 'latin1'), () => {
      if (end === 'end') socket.end();
      // The reset must not overtake the bytes that were just written.
      if (end === 'reset') setTimeout(() => socket.destroy(), 30);
    });
  };
}

const head = (...lines: string[]): string =>
  `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const sse = head('Content-Type: text/event-stream', 'Transfer-Encoding: chunked');

/** What is asked for as `/hostile/NAME`. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'trailer-and-length': raw(`${head('Trailer: X-T', 'Content-Length: 2')}ok`),
  garbage: raw('\x00\x01\x02 this is no HTTP \r\n\r\n'),
  'bad-header-byte': raw(`${head('X-Bad: a\x01b', 'Content-Length: 2')}ok`),
  'bad-header-name': raw(`${head('X Bad: a', 'Content-Length: 2')}ok`),
  'status-099': raw('HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok'),
  'status-999': raw('HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok'),
  'unsolicited-101': raw(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\nodd bytes',
    'keep',
  ),
  'dies-in-stream': raw(sse + chunk(EVENT) + chunk('data: {"n":'), 'reset'),
  'dies-in-length': raw(
    `${head('Content-Length: 100', 'Content-Type: text/plain')}only this`,
    'reset',
  ),
  'ends-in-length': raw(`${head('Content-Length: 100', 'Content-Type: text/plain')}only this`),
  'ends-in-chunks': raw(sse + chunk(EVENT)),
  'too-long': raw(
    `${head('Content-Length: 2', 'Content-Type: text/plain')}ok and more than was said`,
  ),
  'two-lengths': raw(`${head('Content-Length: 2', 'Content-Length: 3')}okk`),
  'length-and-chunked': raw(
    `${head('Content-Length: 3', 'Transfer-Encoding: chunked')}${chunk('ok')}0\r\n\r\n`,
  ),
  'bad-chunk': raw(`${sse}${chunk(EVENT)}zz\r\nnot a chunk\r\n`),
  trailers: raw(
    `${head('Content-Type: text/plain', 'Transfer-Encoding: chunked', 'Trailer: X-T')}${chunk('ok')}0\r\nX-T: v\r\n\r\n`,
  ),
  'early-hints': raw(
    `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${head('Content-Length: 2', 'Content-Type: text/plain')}ok`,
  ),
  'body-on-204': raw('HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'),
  'dies-before-answer': (request) => request.socket.destroy(),
  stalls: () => {},
  'stalls-in-head': raw('HTTP/1.1 200 OK\r\nContent-Type: text/pl', 'keep'),
  'stalls-in-stream': raw(sse + chunk(EVENT), 'keep'),
  /** Before it has read the body; it reads on, so that no reset overtakes the answer. */
  'answers-early': (_request, response) => {
    response.writeHead(413, { 'content-type': 'application/json' });
    response.end('{"type":"error","error":{"type":"request_too_large","message":"too large"}}');
  },
  endless: (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => response.write(EVENT), 5);
    response.once('close', () => clearInterval(timer));
  },
  /** `?mib=N` of zeros, as fast as they are taken. */
  big: (request, response) => {
    request.resume();
    const piece = Buffer.alloc(1 << 16, 0x61);
    let left = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('mib')) * 16;
    response.writeHead(200, { 'content-type': 'text/plain' });
    const more = (): void => {
      while (left-- > 0) if (!response.write(piece)) return void response.once('drain', more);
      response.end();
    };
    more();
  },
  /** Never reads its request's body. */
  'reads-nothing': (request) => request.pause(),
  /** Answers, then closes the connection although it may be kept alive. */
  'closes-idle': (request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 });
      response.end('ok', () => setTimeout(() => request.socket.destroy(), 20));
    });
  },
};
