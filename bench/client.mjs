import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { HOST } from './certificates.mjs';

/** An agent whose connections go a way. No TLS session is resumed, so that all ways are alike. */
export function agentOf({ proxyPort, providerPort, ca }, keepAlive = true) {
  const agent = new https.Agent({ keepAlive, maxSockets: 1, maxCachedSessions: 0 });
  agent.createConnection = (_options, done) => {
    const secure = (socket) => {
      const options = socket === undefined ? { host: '127.0.0.1', port: providerPort } : { socket };
      const connection = tls.connect({ ...options, servername: HOST, ca });
      connection.setNoDelay(true);
      connection.once('secureConnect', () => done(null, connection)).once('error', done);
    };
    if (proxyPort === undefined) return void secure();
    const authority = `${HOST}:443`;
    const path = { method: 'CONNECT', path: authority, headers: { host: authority } };
    const asking = http.request({ host: '127.0.0.1', port: proxyPort, ...path });
    asking.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) return done(new Error(`CONNECT: ${answer.statusCode}`));
      socket.setNoDelay(true);
      return secure(socket);
    });
    asking.once('error', done).end();
    return undefined;
  };
  return agent;
}

/** Sends one request; gives its duration, the time to its first byte, and hands out the body's text. */
export function post(agent, path, body, onText = () => {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const headers = {
      host: HOST,
      'content-type': 'application/json',
      'content-length': body.length,
      'x-claude-code-session-id': 'bench',
    };
    const request = https.request({ host: HOST, path, method: 'POST', agent, headers });
    request.setNoDelay(true);
    request.once('error', reject).once('response', (answer) => {
      let first;
      answer.setEncoding('utf8').on('data', (text) => {
        first ??= performance.now() - begun;
        onText(text);
      });
      answer.once('error', reject).once('end', () => {
        if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`));
        return resolve({ duration: performance.now() - begun, first });
      });
    });
    request.end(body);
  });
}
