/** One WebSocket frame, unmasked. */
export interface Frame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads frames from bytes as they arrive. */
export function frameReader(onFrame: (frame: Frame) => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (let taken = readFrame(pending); taken !== undefined; taken = readFrame(pending)) {
      pending = pending.subarray(taken.end);
      onFrame(taken.frame);
    }
  };
}

function readFrame(bytes: Buffer): { frame: Frame; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = bytes as unknown as [number, number];
  const short = second & 0x7f;
  let at = short === 126 ? 4 : short === 127 ? 10 : 2;
  const masked = (second & 0x80) !== 0;
  if (bytes.length < at + (masked ? 4 : 0)) return undefined;
  const length =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  const mask = masked ? bytes.subarray(at, at + 4) : undefined;
  if (masked) at += 4;
  if (bytes.length < at + length) return undefined;
  const payload = Buffer.from(bytes.subarray(at, at + length));
  if (mask !== undefined) applyMask(payload, mask);
  return {
    frame: { final: (first & 0x80) !== 0, opcode: first & 0x0f, payload },
    end: at + length,
  };
}

/** Writes one frame; clients mask, servers do not (RFC 6455, 5.1). */
export function writeFrame(
  payload: Buffer | string,
  { opcode = 1, final = true, mask }: { opcode?: number; final?: boolean; mask?: Buffer } = {},
): Buffer {
  const body = Buffer.from(payload as string);
  const bit = mask === undefined ? 0 : 0x80;
  const first = (final ? 0x80 : 0) | opcode;
  let head: Buffer;
  if (body.length < 126) head = Buffer.from([first, bit | body.length]);
  else if (body.length < 65_536) {
    head = Buffer.from([first, bit | 126, body.length >> 8, body.length & 0xff]);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = bit | 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  if (mask === undefined) return Buffer.concat([head, body]);
  applyMask(body, mask);
  return Buffer.concat([head, mask, body]);
}

function applyMask(bytes: Buffer, mask: Buffer): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] as number) ^ (mask[i & 3] as number);
}
