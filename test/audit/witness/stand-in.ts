import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A witness, written from C2SP tlog-witness and tlog-cosignature and RFC 6962 alone: nothing of the
 * program is used, so that what it accepts other witnesses accept too.
 */
export interface Witness {
  readonly url: string;
  readonly vkey: string;
  /** What it cosigned last; may be set to what it never saw. */
  state: { size: number; root: Buffer };
  /** The status of every answer so far. */
  readonly answers: number[];
  /** Answers instead of the witness, where it is set. */
  instead: ((response: ServerResponse, text: string) => void) | undefined;
  /** Cosigns a text. */
  cosign(text: string): string;
  close(): Promise<void>;
  open(): Promise<void>;
}

const NAME = 'witness.example/w1';
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);
const keyId = (name: string, kind: number, key: Buffer): Buffer =>
  sha256(Buffer.from(`${name}\n`), Buffer.of(kind), key).subarray(0, 4);

/** RFC 6962 section 2.1.2 backwards: the roots that a proof leads to, of the old and the new tree. */
function rootsOf(m: number, n: number, old: Buffer, proof: readonly Buffer[]): [Buffer, Buffer] {
  const rest = [...proof];
  const take = (): Buffer => {
    const last = rest.pop();
    if (last === undefined) throw new Error('the proof is too short');
    return last;
  };
  const subproof = (from: number, to: number, known: boolean): [Buffer, Buffer] => {
    if (from === to) {
      const root = known ? old : take();
      return [root, root];
    }
    let k = 1;
    while (k * 2 < to) k *= 2;
    if (from <= k) {
      const right = take();
      const [a, b] = subproof(from, k, known);
      return [a, node(b, right)];
    }
    const left = take();
    const [a, b] = subproof(from - k, to - k, false);
    return [node(left, a), node(left, b)];
  };
  const roots = subproof(m, n, true);
  if (rest.length > 0) throw new Error('the proof is too long');
  return roots;
}

/**
 * @param logVkey - of the log that it knows
 * @param secure - its certificate, where it speaks TLS
 */
export async function startWitness(
  logVkey: string,
  secure?: { readonly certificate: string; readonly key: string },
): Promise<Witness> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  const id = keyId(NAME, 4, key);
  const [origin = '', logId = '', encoded = ''] = logVkey
    .split('+', 2)
    .concat(logVkey.split('+').slice(2).join('+'));
  const logKey = createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(encoded, 'base64').subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  const witness: Witness = {
    url: '',
    vkey: `${NAME}+${id.toString('hex')}+${Buffer.concat([Buffer.of(4), key]).toString('base64')}`,
    state: { size: 0, root: sha256() },
    answers: [],
    instead: undefined,
    cosign(text) {
      const time = Buffer.alloc(8);
      const seconds = BigInt(Math.floor(Date.now() / 1000));
      time.writeBigUInt64BE(seconds);
      const signature = sign(
        null,
        Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`),
        privateKey,
      );
      return `— ${NAME} ${Buffer.concat([id, time, signature]).toString('base64')}\n`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    open: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
  };
  let port = 0;
  const listener: RequestListener = (request, response) => {
    void answer(request, response).catch((error: unknown) => end(response, 400, String(error)));
  };
  const server =
    secure === undefined
      ? createServer(listener)
      : createSecureServer({ cert: secure.certificate, key: secure.key }, listener);
  const end = (
    response: ServerResponse,
    status: number,
    body: string,
    type = 'text/plain',
  ): void => {
    witness.answers.push(status);
    response.writeHead(status, { 'content-type': type }).end(body);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const [, digits, hashes = '', note = ''] =
      /^old (0|[1-9][0-9]*)\n((?:[A-Za-z0-9+/=]+\n){0,63})\n(.*)$/s.exec(body) ?? [];
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    if (witness.instead !== undefined) return witness.instead(response, text);
    if (request.method !== 'POST' || !request.url?.endsWith('/prefix/add-checkpoint')) {
      return end(response, 404, 'not here\n');
    }
    const [name, sizeText, rootText] = text.split('\n');
    if (digits === undefined || name === undefined) return end(response, 400, 'malformed\n');
    if (name !== origin) return end(response, 404, 'unknown log\n');
    const line = note.split('\n').find((each) => each.startsWith(`— ${origin} `)) ?? '';
    const sealed = Buffer.from(line.slice(origin.length + 3), 'base64');
    const isSigned =
      sealed.toString('hex', 0, 4) === logId &&
      verify(null, Buffer.from(text), logKey, sealed.subarray(4));
    if (!isSigned) return end(response, 403, 'not signed\n');
    const [old, size] = [Number(digits), Number(sizeText)];
    if (old > size) return end(response, 400, 'old is larger\n');
    const root = Buffer.from(rootText ?? '', 'base64');
    if (old !== witness.state.size || (old === size && !root.equals(witness.state.root))) {
      return end(response, 409, `${witness.state.size}\n`, 'text/x.tlog.size');
    }
    const proof = hashes
      .split('\n')
      .slice(0, -1)
      .map((hash) => Buffer.from(hash, 'base64'));
    try {
      if (old === 0 && proof.length > 0) throw new Error('a proof for nothing');
      if (old > 0) {
        const [before, after] = rootsOf(old, size, witness.state.root, proof);
        if (!before.equals(witness.state.root) || !after.equals(root))
          throw new Error('other roots');
      }
    } catch {
      return end(response, 422, 'inconsistent\n');
    }
    witness.state = { size, root };
    end(
      response,
      200,
      `— other.example/w2 ${Buffer.alloc(76, 9).toString('base64')}\n${witness.cosign(text)}`,
    );
  }

  await witness.open();
  ({ port } = server.address() as AddressInfo);
  onTestFinished(() => witness.close());
  return Object.assign(witness, {
    url: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}/prefix`,
  });
}
