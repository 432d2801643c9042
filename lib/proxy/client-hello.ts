/** What the first bytes of a tunnel say. */
export type ClientHello =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'hello'; readonly serverName: string | undefined };

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 0x01;
const SERVER_NAME = 0x0000;

/** A ClientHello is never larger than this in practice; more is refused as not TLS. */
const MAX_HELLO = 64 * 1024;

/**
 * Reads the server name out of a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), which may be
 * spread over several records.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const message: Buffer[] = [];
  let length = 0;
  for (let at = 0; ; ) {
    if (bytes.length > at && bytes[at] !== HANDSHAKE) return { kind: 'not-tls' };
    if (bytes.length < at + 5) return { kind: 'incomplete' };
    const size = bytes.readUInt16BE(at + 3);
    const record = bytes.subarray(at + 5, at + 5 + size);
    message.push(record);
    length += record.length;
    const joined = message.length === 1 ? record : Buffer.concat(message);
    if (joined.length > 0 && joined[0] !== CLIENT_HELLO) return { kind: 'not-tls' };
    if (length >= 4) {
      const needed = 4 + joined.readUIntBE(1, 3);
      if (needed > MAX_HELLO) return { kind: 'not-tls' };
      if (length >= needed) {
        try {
          return { kind: 'hello', serverName: serverName(joined.subarray(4, needed)) };
        } catch {
          return { kind: 'not-tls' };
        }
      }
    }
    if (record.length < size) return { kind: 'incomplete' };
    at += 5 + size;
  }
}

/** @throws RangeError where a length points past the end. */
function serverName(hello: Buffer): string | undefined {
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at >= hello.length) return undefined;
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end; ) {
    const type = hello.readUInt16BE(at);
    const size = hello.readUInt16BE(at + 2);
    if (type === SERVER_NAME) {
      const nameLength = hello.readUInt16BE(at + 7);
      return hello.toString('latin1', at + 9, at + 9 + nameLength).toLowerCase();
    }
    at += 4 + size;
  }
  return undefined;
}
