import { beforeEach, describe, expect, test } from 'vitest';
import { CALL_TOOL, joinDeltas, TEST_APIS, type TestApi } from '../support/apis.ts';
import { findLeaks } from '../support/leaks.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret, makeSecrets } from '../support/secrets.ts';
import { FILTERS } from '../support/stand-in/filters.ts';

// The client gets back what it sent, byte for byte, in every channel of every answer.
const rig = useRig();
const secrets = makeSecrets(2);
const text = secrets.map(({ type, value }) => `${type}: ${value}`).join('\n');
const PLACEHOLDER = /<pl:[A-Z0-9_]+:[0-9a-f]{16}>/g;

let sessions = 0;
beforeEach(() => {
  rig.provider.forget();
  sessions++;
});

/** Asks in a conversation of this test's own. */
async function say(api: TestApi, body: object, session = String(sessions)) {
  const headers = { 'x-claude-code-session-id': `round-${session}` };
  const answer = await rig.daemon.ask({ host: api.host, path: api.path, body, headers });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.complete).toBe(true);
  return answer;
}

describe.each(TEST_APIS.map((api) => [api.name, api] as const))('%s', (_name, api) => {
  test('text, whole', async () => {
    const answer = await say(api, api.prompt('hello', text));
    expect(api.wholeText(answer.json() as never)).toBe(text);
    expect(findLeaks(rig.provider, secrets)).toEqual([]);
  });

  test('text, streamed', async () => {
    const answer = await say(api, { ...api.prompt('hello', text), stream: true });
    expect(joinDeltas(answer.text, api.textDelta)).toBe(text);
    expect(answer.text).not.toMatch(PLACEHOLDER);
    expect(answer.text).toMatch(api.ending);
  });

  test('text, repeated at the end of a stream', async () => {
    const answer = await say(api, { ...api.prompt('hello', text), stream: true });
    const last = /event: response\.completed\ndata: (.*)/.exec(answer.text)?.[1];
    expect(last !== undefined).toBe(api.name === 'Responses');
    if (last !== undefined) expect(api.wholeText(JSON.parse(last).response)).toBe(text);
  });

  test('tool arguments, whole', async () => {
    const answer = await say(api, api.prompt(CALL_TOOL, text));
    expect(JSON.parse(String(api.wholeArguments(answer.json() as never)))).toEqual({
      content: text,
    });
  });

  test('tool arguments, streamed', async () => {
    const answer = await say(api, { ...api.prompt(CALL_TOOL, text), stream: true });
    expect(JSON.parse(joinDeltas(answer.text, api.argumentsDelta))).toEqual({ content: text });
    expect(answer.text).not.toMatch(PLACEHOLDER);
    expect(answer.text).toMatch(api.ending);
    expect(findLeaks(rig.provider, secrets)).toEqual([]);
  });

  test('what came back is redacted again, in every place, to the same placeholders', async () => {
    await say(api, api.prompt('hello', text));
    const first = new Set(rig.provider.requests[0]?.text().match(PLACEHOLDER));
    expect(first.size).toBeGreaterThanOrEqual(secrets.length);
    for (const [place, body] of Object.entries(api.places)) {
      if (/base64|file data/.test(place)) continue;
      rig.provider.forget();
      await say(api, body(text));
      const again = rig.provider.requests[0]?.text() ?? '';
      const unescaped = again.replaceAll(/\\+u003c/g, '<').replaceAll(/\\+u003e/g, '>');
      expect(new Set(unescaped.match(PLACEHOLDER)), place).toEqual(first);
    }
  });
});

describe('forms of a placeholder', () => {
  const api = TEST_APIS[0] as TestApi;
  const key = makeSecret('AWS_ACCESS_KEY', 3);

  test.each(['html', 'json', 'percent', 'markdown', 'shell', 'upper', 'url'])(
    'written as %s it is restored',
    async (filter) => {
      const script = `@@[{"text":"see {{pl|${filter}}} there"}]@@`;
      const answer = await say(api, api.prompt(script, key));
      const expected = filter === 'url' ? FILTERS['url']?.(key) : key;
      expect(api.wholeText(answer.json() as never)).toBe(`see ${expected} there`);
    },
  );

  test.each(['\t', '→', ': ', '|'])(
    'a file shown with line numbers (%j) is written without them',
    async (mark) => {
      const numbered = text
        .split('\n')
        .map((line, i) => `${String(i + 1).padStart(6)}${mark}${line}`);
      const shown = numbered.join('\n');
      const answer = await say(api, api.prompt('@@[{"text":"{{echo|unnumbered}}"}]@@', shown));
      expect(api.wholeText(answer.json() as never)).toBe(text);
      expect(findLeaks(rig.provider, secrets)).toEqual([]);
    },
  );

  test('with a wrong digit it stays, and state counts it', async () => {
    const answer = await say(api, api.prompt('@@[{"text":"{{pl|typo}}"}]@@', key));
    expect(api.wholeText(answer.json() as never)).toMatch(/^<pl:AWS_ACCESS_KEY:[0-9a-f]{16}>$/);
  });
});

describe('a placeholder is no bearer token', () => {
  const [api, other] = TEST_APIS as readonly [TestApi, TestApi];
  const key = makeSecret('GITHUB_TOKEN', 4);
  const replay = '@@[{"text":"old: {{old}}"}]@@';

  test('another conversation does not get its secret', async () => {
    await say(api, api.prompt('hello', key), 'owner');
    const answer = await say(api, api.prompt(replay, 'nothing'), 'thief');
    expect(answer.text).toContain('<pl:GITHUB_TOKEN:');
    expect(answer.text).not.toContain(key);
  });

  test('another host does not get it restored either', async () => {
    await say(api, api.prompt('hello', key), 'travels');
    const answer = await say(other, other.prompt(replay, 'nothing'), 'travels');
    expect(answer.text).toContain('<pl:GITHUB_TOKEN:');
    expect(answer.text).not.toContain(key);
  });

  test('an earlier turn of the same conversation does', async () => {
    await say(api, api.prompt('hello', key), 'same');
    const answer = await say(api, api.prompt(replay, 'nothing'), 'same');
    expect(api.wholeText(answer.json() as never)).toBe(`old: ${key}`);
  });

  test('one that the client itself writes comes back as it was written', async () => {
    await say(api, api.prompt('hello', key));
    const known = rig.provider.requests[0]?.text().match(PLACEHOLDER)?.[0] as string;
    const unknown = '<pl:GITHUB_TOKEN:0000000000000000>';
    for (const literal of [
      known,
      unknown,
      FILTERS['html']?.(known),
      FILTERS['percent']?.(known),
      known.slice(0, 12),
    ]) {
      const said = `the literal ${literal} here`;
      const answer = await say(api, api.prompt('hello', said));
      expect(api.wholeText(answer.json() as never)).toBe(said);
    }
  });
});

test('an answer of any bytes comes through unchanged, however it is cut', async () => {
  const event =
    'event: content_block_delta\r\ndata:{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"é🙂 <pl:X"}}\r\n\r\n';
  const body = `: comment\n\n${event}event: unknown\ndata: {"x": [1.0, "<pl:"]}\n\n: ${'k'.repeat(300)}\n\nevent: ping\ndata: {"type": "ping"}\n\n`;
  for (const chunk of [1, 2, 7, body.length]) {
    const answer = await rig.daemon.ask({ body: { _raw: { body, chunk } } });
    expect(answer.text).toBe(body);
  }
});
