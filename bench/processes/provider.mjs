// The provider of the benchmark, over TLS: `/bench` answers once it has the body, `/bench-sse`
// streams events that carry the time at which they were sent.
//   node provider.mjs CERTIFICATE KEY
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , certificate, key] = process.argv;
const ANSWER = '{"ok":true}';
/** What stands where a secret was, or the secret itself where nobody replaced it. */
const SECRET = /<pl:[A-Z0-9_]+:[0-9a-f]{16}>|AKIA[A-Z2-7]{16}/;

const event = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const delta = (text) =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });

async function stream(response, parameters, body) {
  const secret = SECRET.exec(body)?.[0] ?? '';
  const every = Number(parameters.get('every') ?? 0);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const message = { id: 'm', type: 'message', role: 'assistant', content: [], model: 'm' };
  response.write(event('message_start', { message }));
  response.write(
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  );
  for (let i = 0; i < Number(parameters.get('n')); i++) {
    const mark = every > 0 && i % every === every - 1 ? `${secret} with ` : '';
    const sent = (performance.timeOrigin + performance.now()).toFixed(3);
    if (!response.write(delta(`${mark}t=${sent} `))) await once(response, 'drain');
    await sleep(Number(parameters.get('gap')));
  }
  response.end(
    event('content_block_stop', { index: 0 }) + event('message_stop', { stop_reason: 'end_turn' }),
  );
}

const server = https.createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (request, response) => {
    const url = new URL(request.url, 'https://provider');
    const isStream = url.pathname === '/bench-sse';
    const chunks = [];
    request.on('data', (chunk) => isStream && chunks.push(chunk));
    request.on('end', () => {
      if (isStream) return stream(response, url.searchParams, Buffer.concat(chunks).toString());
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': ANSWER.length,
      });
      return response.end(ANSWER);
    });
  },
);
server.keepAliveTimeout = 120_000;
server.on('connection', (socket) => socket.setNoDelay(true));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
