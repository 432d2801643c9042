// The floor for any interceptor: ends the client's TLS, opens TLS upstream and copies the bytes of
// requests and answers unread. Node's own modules, as Waterwall uses them; no safety, for measuring.
//   node relay.mjs CERTIFICATE KEY ROOTS PROVIDER_PORT
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

const [, , certificate, key, roots, port] = process.argv;
const secureContext = tls.createSecureContext({
  cert: readFileSync(certificate),
  key: readFileSync(key),
});
const agent = new https.Agent({ keepAlive: true, maxFreeSockets: 32, ca: readFileSync(roots) });
const hosts = new WeakMap();
const CONNECTION_ONLY = /^(?:connection|keep-alive|transfer-encoding)$/i;

const inner = http.createServer({ requestTimeout: 0, keepAliveTimeout: 120_000 });
inner.on('request', (request, response) => {
  const host = hosts.get(request.socket);
  const headers = { ...request.headers };
  delete headers.connection;
  delete headers['transfer-encoding'];
  const { method, url: path } = request;
  const target = { host: '127.0.0.1', port: Number(port), servername: host };
  const outgoing = https.request({ ...target, method, path, headers, agent }, (answer) => {
    response.writeHead(
      answer.statusCode,
      answer.rawHeaders.filter((_, i, all) => !CONNECTION_ONLY.test(all[i & ~1])),
    );
    response.flushHeaders();
    answer.pipe(response);
  });
  outgoing.setNoDelay(true);
  outgoing.on('error', () => response.destroy());
  request.pipe(outgoing);
});

const front = http.createServer();
front.on('connect', (request, socket, head) => {
  socket.on('error', () => {});
  socket.setNoDelay(true);
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  if (head.length > 0) socket.unshift(head);
  const secure = new tls.TLSSocket(socket, {
    isServer: true,
    secureContext,
    ALPNProtocols: ['http/1.1'],
  });
  secure.on('error', () => secure.destroy());
  secure.once('secure', () => {
    hosts.set(secure, request.url.split(':')[0]);
    inner.emit('connection', secure);
  });
});
front.listen(0, '127.0.0.1', () => console.log(front.address().port));
