import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { connect, type SecureContext, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleText } from '../../lib/ca/bundle.ts';
import { mintLeaves } from '../../lib/ca/leaves.ts';
import { authority, command, folder, NOW, write } from './fixture.ts';

const PERMITTED = 'beta.example';
const REFUSED = ['evil.example', 'sub.beta.example', '127.0.0.1'];

// Whatever name a client asks for, the server has a leaf for it: who refuses is the client.
describe('real clients', () => {
  const dir = folder();
  const contexts = new Map<string, SecureContext | undefined>();
  let port: number;
  let pem: string;
  let caFile: string;
  let bundleFile: string;

  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    const tls = new TLSSocket(socket, {
      isServer: true,
      secureContext: contexts.get(REFUSED[2] as string) as SecureContext,
      SNICallback: (name, done) => done(null, contexts.get(name)),
    });
    tls.on('error', () => {});
    tls.once('data', () => tls.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });

  beforeAll(async () => {
    const ca = await authority();
    const leaves = await mintLeaves(ca, [PERMITTED, ...REFUSED], NOW);
    for (const host of [PERMITTED, ...REFUSED]) contexts.set(host, leaves.contextFor(host));
    pem = ca.pem;
    caFile = write(dir, 'ca.pem', pem);
    bundleFile = write(dir, 'ca-bundle.pem', bundleText(pem));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  function curl(host: string, roots: string) {
    const resolve = `${host}:${port}:127.0.0.1`;
    const url = `https://${host}:${port}/`;
    const args = ['-sS', '--noproxy', '*', '--cacert', roots, '--resolve', resolve, url];
    return command('curl', args);
  }

  it('curl accepts the permitted host, with ca.pem and with the bundle', async () => {
    expect(await curl(PERMITTED, caFile)).toEqual({ code: 0, output: 'ok' });
    expect(await curl(PERMITTED, bundleFile)).toEqual({ code: 0, output: 'ok' });
  });

  it.each(REFUSED)('curl refuses %s', async (host) => {
    const { code } = await curl(host, caFile);
    expect(code).toBe(60);
  });

  async function node(host: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca: pem });
    const errors = once(socket, 'error').then(([error]) => (error as Error).message);
    const result = await Promise.race([once(socket, 'secureConnect').then(() => 'ok'), errors]);
    socket.destroy();
    return result;
  }

  it('Node accepts the permitted host and no other', async () => {
    expect(await node(PERMITTED)).toBe('ok');
    expect(await node('evil.example')).toMatch(/permitted subtree violation/);
    expect(await node('sub.beta.example')).toMatch(/excluded subtree violation/);
  });

  // Python 3.13 demands VERIFY_X509_STRICT by default; older ones can be asked to.
  it('Python in strict mode accepts the permitted host and no other', async () => {
    const script = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as raw:
    with context.wrap_socket(raw, server_hostname=sys.argv[3]) as tls:
        print(tls.version())
`;
    const python = (host: string) => command('python3', ['-c', script, caFile, String(port), host]);
    if ((await command('python3', ['--version'])).code !== 0) return;
    expect((await python(PERMITTED)).output).toMatch(/^TLSv1\.[23]/);
    expect((await python('evil.example')).output).toMatch(/permitted subtree violation/);
    expect((await python('sub.beta.example')).output).toMatch(/excluded subtree violation/);
  });
});
