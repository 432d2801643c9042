import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';

const rig = useRig({
  files: {
    'known_secrets.yaml': JSON.stringify({
      values: [{ type: 'DB_PASSWORD', value: 'p4"ss\\w0rd\nof two lines' }],
    }),
  },
});
const SECRET = makeSecret('GITHUB_TOKEN', 41);
const headers = { 'x-claude-code-session-id': 'files' };

/** Uploads a file and gives what the provider got of it. */
async function upload(): Promise<string> {
  const text = `TOKEN=${SECRET}\n`;
  const body = Buffer.from(
    `--b\r\ncontent-disposition: form-data; name="file"; filename="env"\r\ncontent-type: text/plain\r\n\r\n${text}\r\n--b--\r\n`,
  );
  await rig.daemon.ask({
    path: '/v1/files',
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
    body,
  });
  const kept = /TOKEN=<pl:[^>]+>\n/.exec(rig.provider.requests.at(-1)?.text() ?? '')?.[0];
  if (kept === undefined) throw new Error('it was not redacted');
  return kept;
}

function giving(status: number, kept: () => string, more: Record<string, string> = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const bytes = Buffer.concat([Buffer.from([0, 255, 1]), Buffer.from(kept())]);
    const type = { 'content-type': 'application/octet-stream', ...more };
    response.writeHead(status, { ...type, 'content-length': bytes.length });
    response.end(bytes);
  };
}

test('a file that was uploaded redacted and is fetched as bytes comes back as it was', async () => {
  const kept = await upload();
  rig.provider.behave(
    '/v1/files/f/content',
    giving(200, () => kept),
  );
  const answer = await rig.daemon.ask({ method: 'GET', path: '/v1/files/f/content', headers });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(`TOKEN=${SECRET}\n`);
  const others = { 'x-claude-code-session-id': 'another' };
  const foreign = await rig.daemon.ask({
    method: 'GET',
    path: '/v1/files/f/content',
    headers: others,
  });
  expect(foreign.text).toContain(kept);
});

describe('a file of JSON lines', () => {
  const PEM = makeSecret('PEM_BLOCK', 42);
  const PASSWORD = 'p4"ss\\w0rd\nof two lines';
  const said = `key:\n${PEM}\nand ${SECRET} and ${PASSWORD}\n`;
  const called = JSON.stringify({ text: said });
  const message = {
    role: 'assistant',
    content: said,
    tool_calls: [{ type: 'function', function: { name: 'f', arguments: called } }],
  };
  const lines = [
    { custom_id: '1', body: { messages: [message] } },
    { custom_id: '2', response: { body: { choices: [{ message }] } } },
    {
      custom_id: '3',
      response: { body: { output: [{ type: 'function_call', arguments: called }] } },
    },
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;

  test.each([
    ['application/octet-stream', 'application/octet-stream'],
    ['application/jsonl', 'application/octet-stream'],
    ['application/octet-stream', 'application/jsonl'],
    ['application/jsonl', undefined],
  ])('comes back as it was: sent as %s, fetched as %s', async (sent, fetched) => {
    const ask = { host: 'api.openai.com', headers: { 'x-session-id': `lines-${sent}-${fetched}` } };
    const head = `--b\r\ncontent-disposition: form-data; name="file"; filename="in.jsonl"\r\ncontent-type: ${sent}`;
    // Twice: what came back once is found by its value from then on, at any depth.
    for (let turn = 0; turn < 2; turn++) {
      await rig.daemon.ask({
        ...ask,
        path: '/v1/files',
        headers: { ...ask.headers, 'content-type': 'multipart/form-data; boundary=b' },
        body: `${head}\r\n\r\n${text}\r\n--b--\r\n`,
      });
      const kept = (rig.provider.requests.at(-1)?.text() ?? '').slice(head.length + 4, -9);
      expect(kept).not.toContain(SECRET);
      expect(kept).toMatch(/<pl:DB_PASSWORD:/);
      rig.provider.behave('/v1/files/lines/content', (request, response) => {
        request.resume();
        response.writeHead(200, fetched === undefined ? {} : { 'content-type': fetched });
        response.end(kept);
      });
      const answer = await rig.daemon.ask({
        ...ask,
        method: 'GET',
        path: '/v1/files/lines/content',
      });
      expect(answer.text).toBe(text);
    }
  });
});

test('a part of it, by range, stays as the provider has it', async () => {
  const kept = await upload();
  const range = { 'content-range': 'bytes 0-9/100' };
  rig.provider.behave(
    '/v1/files/f/part',
    giving(206, () => kept, range),
  );
  const answer = await rig.daemon.ask({ method: 'GET', path: '/v1/files/f/part', headers });
  expect(answer.status).toBe(206);
  expect(answer.text).toContain(kept);
});

test.each([
  ['trailers', 'text/plain', { 'x-checksum': 'abc' }],
  ['gzip, Trailers', 'image/png', { 'x-checksum': 'abc' }],
  [undefined, 'text/plain', {}],
  ['deflate', 'image/png', {}],
])('trailer fields reach a client that takes them: te %s, %s', async (te, type, trailers) => {
  rig.provider.behave('/v1/trailers', (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': type, trailer: 'x-checksum' });
    response.write('body');
    response.addTrailers({ 'x-checksum': 'abc', 'content-type': 'text/html', 'set-cookie': 'a=b' });
    response.end();
  });
  const given = te === undefined ? {} : { te };
  const answer = await rig.daemon.ask({ method: 'GET', path: '/v1/trailers', headers: given });
  expect([answer.status, answer.text, answer.complete]).toEqual([200, 'body', true]);
  expect(answer.trailers).toEqual(trailers);
});
