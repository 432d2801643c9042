import { parseAuthority } from '../../../lib/proxy/authority.ts';
import { readClientHello } from '../../../lib/proxy/client-hello.ts';
import { endToEnd, narrowAcceptEncoding, withHeader } from '../../../lib/proxy/headers.ts';
import { holds, placesIn, type Target } from '../target.ts';

/** A ClientHello with a server name and another extension. */
const HELLO = helloOf('api.example.com');

export const CONNECTIONS: readonly Target[] = [
  {
    name: 'authority',
    seeds: ['api.anthropic.com:443', 'localhost:8080', '[::1]:443', '127.0.0.1:1', '0x7f.1:80'],
    words: [
      '.',
      ':',
      '-',
      '443',
      '0',
      '65536',
      'xn--',
      '@',
      '%',
      '[',
      ']',
      '/',
      '\t',
      ' ',
      '\0',
      'é',
    ],
    run(input) {
      const text = input.toString('latin1');
      const authority = parseAuthority(text);
      if (authority === undefined) return;
      const { host, port } = authority;
      holds(`${host}:${port}` === text.toLowerCase(), 'it is another one', authority);
      holds(host.length <= 253 && port > 0 && port < 65_536, 'it is out of bounds', authority);
      holds(/^[a-z0-9.-]+$/.test(host), 'its host is no name', authority);
      // What URLs take for an address must not pass for a name.
      const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
      holds(url === host, 'its host is read otherwise', authority);
    },
  },
  {
    name: 'client-hello',
    seeds: [
      HELLO,
      inRecordsOf(HELLO, 7),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('16030100', 'hex'),
    ],
    words: ['\x16\x03\x01', '\x01\0\0', '\0\0', '\xff\xff', 'api.example.com', '\0\x10'],
    run(input) {
      const whole = readClientHello(input);
      for (const at of placesIn(input, 40)) {
        const part = readClientHello(input.subarray(0, at));
        if (part.kind === 'incomplete') continue;
        holds(JSON.stringify(part) === JSON.stringify(whole), 'more bytes change it', { at });
      }
      if (whole.kind === 'hello' && whole.serverName !== undefined) {
        holds(whole.serverName === whole.serverName.toLowerCase(), 'the name is not lower case');
      }
    },
  },
  {
    name: 'header-fields',
    seeds: [
      'Connection: keep-alive, x-gone\nX-Gone: 1\nAccept-Encoding: gzip;q=1, zstd, br\nTE: trailers\nContent-Length: 5',
      'accept-encoding: *\nconnection: close\nproxy-authorization: x',
    ],
    words: [
      'connection',
      ': ',
      '\n',
      ',',
      ';q=0',
      'gzip',
      'zstd',
      'transfer-encoding: chunked\n',
      'Content-Length',
      'upgrade',
    ],
    run(input) {
      const raw = input
        .toString('latin1')
        .split('\n')
        .flatMap((line) => {
          const colon = line.indexOf(':');
          return colon <= 0 ? [] : [line.slice(0, colon), line.slice(colon + 1)];
        });
      const kept = endToEnd(raw);
      holds(kept.length % 2 === 0, 'a name has no value');
      const names = kept.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
      for (const name of ['connection', 'transfer-encoding', 'upgrade', 'te', 'expect']) {
        holds(!names.includes(name), 'a field of one hop goes on', name);
      }
      const narrowed = narrowAcceptEncoding(kept);
      holds(narrowed.length === kept.length, 'a field is lost');
      narrowed.forEach((value, i) => {
        if (narrowed[i - 1]?.toLowerCase() !== 'accept-encoding' || i % 2 === 0) return;
        holds(
          !/(?:^|,)\s*(?:zstd|\*)/.test(value),
          'a coding is asked for that is not read',
          value,
        );
      });
      const lengths = withHeader(kept, 'Content-Length', '7').filter(
        (_, i, all) => i % 2 === 1 && all[i - 1]?.toLowerCase() === 'content-length',
      );
      holds(lengths.length === 1 && lengths[0] === '7', 'it has not one length', lengths);
    },
  },
];

function helloOf(name: string): Buffer {
  const host = Buffer.from(name);
  const sni = Buffer.concat([
    Buffer.from([0, 0]),
    u16(host.length + 5),
    u16(host.length + 3),
    Buffer.from([0]),
    u16(host.length),
    host,
  ]);
  const extensions = Buffer.concat([Buffer.from([0, 43, 0, 3, 2, 3, 4]), sni]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0, 2, 0x13, 1, 1, 0]),
    u16(extensions.length),
    extensions,
  ]);
  return record(Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]));
}

function inRecordsOf(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    records.push(record(message.subarray(at, at + size)));
  }
  return Buffer.concat(records);
}

function record(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x16, 3, 1]), u16(message.length), message]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
