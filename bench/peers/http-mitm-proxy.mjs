// http-mitm-proxy as it relays best: connections kept, nothing read.
//   node http-mitm-proxy.mjs FOLDER PROVIDER_PORT ROOTS
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { Proxy as MitmProxy } from 'http-mitm-proxy';

const [, , folder, port, roots] = process.argv;
const proxy = new MitmProxy();
proxy.onError(() => {});
proxy.onRequest((context, next) => {
  const options = context.proxyToServerRequestOptions;
  Object.assign(options, {
    host: '127.0.0.1',
    port: Number(port),
    servername: 'api.anthropic.com',
  });
  next();
});
const httpsAgent = new https.Agent({ keepAlive: true, ca: readFileSync(roots) });
proxy.listen({ host: '127.0.0.1', port: 0, sslCaDir: folder, keepAlive: true, httpsAgent }, () =>
  console.log(proxy.httpPort),
);
