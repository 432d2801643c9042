import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';

const HOST = 'api.anthropic.com';
const RESETTING = 'api.openai.com';
const SECRET = makeSecret('GITHUB_TOKEN', 77);

/** Where in an exchange the provider resets its connection. */
type Stage = 'before TLS' | 'after TLS' | 'in the head' | 'in the body' | 'after the request';
let stage: Stage | 'in the answer’s head' | 'in the answer' = 'before TLS';

const { certificate: cert, key, root } = makeCertificates([RESETTING]);
/** A provider on bare sockets: what it resets has no HTTP in between. */
function serve(raw: net.Socket): void {
  raw.on('error', () => {});
  if (stage === 'before TLS') return void raw.resetAndDestroy();
  const secure = new tls.TLSSocket(raw, { isServer: true, cert, key });
  secure.on('error', () => {});
  if (stage === 'after TLS') {
    secure.once('secure', () => raw.resetAndDestroy());
    return;
  }
  let text = '';
  secure.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const body = text.indexOf('\r\n\r\n');
    const isWhole = text.endsWith('"end"}');
    if (stage === 'in the head' && text.length > 0) raw.resetAndDestroy();
    else if (stage === 'in the body' && body > 0 && text.length > body + 100) raw.resetAndDestroy();
    else if (!isWhole) return;
    else if (stage === 'after the request') raw.resetAndDestroy();
    else {
      const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
      const answer = `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`;
      secure.write(stage === 'in the answer’s head' ? head : answer, () =>
        setTimeout(() => raw.resetAndDestroy(), 100),
      );
    }
  });
}

const provider = net.createServer(serve);
beforeAll(async () => {
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
});
afterAll(() => void provider.close());

describe('a provider that resets', () => {
  const rig = useRig({
    files: { 'resetting.pem': root },
    hosts: {
      [RESETTING]: {
        get upstream() {
          return `https://127.0.0.1:${(provider.address() as AddressInfo).port}`;
        },
        upstream_ca: 'resetting.pem',
      },
    },
  });
  const body = JSON.stringify({ input: `${SECRET} ${'x'.repeat(300_000)}`, last: 'end' });

  /** A stream of another agent that goes on meanwhile. */
  async function aside(): Promise<{
    readonly grows: () => Promise<void>;
    readonly end: () => void;
  }> {
    const socket = await tlsTunnel(rig.daemon, HOST);
    let length = 0;
    socket.on('data', (bytes: Buffer) => {
      length += bytes.length;
    });
    socket.write(`GET /hostile/endless HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    await once(socket, 'data');
    return {
      async grows() {
        const before = length;
        while (length < before + 500) await once(socket, 'data');
      },
      end: () => socket.destroy(),
    };
  }

  test.each<typeof stage>([
    'before TLS',
    'after TLS',
    'in the head',
    'in the body',
    'after the request',
    'in the answer’s head',
  ])('%s: a refusal that says so, and nobody else is disturbed', async (at) => {
    stage = at;
    const other = await aside();
    const answer = await rig.daemon.ask({ host: RESETTING, path: '/v1/responses', body });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-unreachable']);
    expect(answer.text).not.toContain(SECRET);
    await other.grows();
    other.end();
  });

  test('in the answer: what came is given, and it stays visibly cut', async () => {
    stage = 'in the answer';
    const other = await aside();
    const answer = await rig.daemon.ask({ host: RESETTING, path: '/v1/responses', body });
    expect([answer.status, answer.complete]).toEqual([200, false]);
    await other.grows();
    other.end();
  });
});

describe('a client that ends its side', () => {
  const rig = useRig();

  test('while the provider thinks: it has left, as for Node’s own servers, and the provider is told', async () => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(`GET /hostile/stalls HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    const seen = await rig.provider.waitFor(({ url }) => url === '/hostile/stalls');
    socket.end();
    expect(await seen.over).toBe('gone');
    expect((await readAll(socket)).end).not.toBe('open');
  });
});
