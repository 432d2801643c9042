import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../lib/providers/types.ts';
import { TEST_APIS, type TestApi } from '../support/apis.ts';
import { runs } from '../support/runs.ts';
import { cuts, texts, wellFormed } from './documents.ts';
import { createPipeline, cutSomehow } from './pipeline.ts';

// A text goes out in a request of an API, and the model writes what it read: as text, or into the
// arguments of a tool, streamed or whole, over HTTP or a WebSocket. The client gets the text that
// it sent.

interface Channel {
  readonly api: TestApi;
  readonly grammar: ApiName;
  /** The events in which the model writes parts of a text. */
  readonly events: (parts: readonly string[]) => object[];
  /** What the client reads of them. */
  readonly read: (event: never) => string | undefined;
  /** Whether the parts are those of JSON source. */
  readonly isJson: boolean;
}

const [messages, chat, responses] = TEST_APIS as [TestApi, TestApi, TestApi];

const CHANNELS: Readonly<Record<string, Channel>> = {
  'Messages, text': {
    api: messages,
    grammar: 'anthropic',
    isJson: false,
    events: (parts) => [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...parts.map((text) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 0 },
    ],
    read: ({ delta }: { delta?: { text?: string } }) => delta?.text,
  },
  'Messages, tool input': {
    api: messages,
    grammar: 'anthropic',
    isJson: true,
    events: (parts) => [
      ...parts.map((partial_json) => ({
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'input_json_delta', partial_json },
      })),
      { type: 'content_block_stop', index: 1 },
    ],
    read: ({ delta }: { delta?: { partial_json?: string } }) => delta?.partial_json,
  },
  'Chat Completions, text': {
    api: chat,
    grammar: 'openai',
    isJson: false,
    events: (parts) => [
      ...parts.map((content) => ({
        choices: [{ index: 0, delta: { content }, finish_reason: null }],
      })),
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ],
    read: ({ choices }: { choices: [{ delta: { content?: string } }] }) => choices[0].delta.content,
  },
  'Chat Completions, arguments': {
    api: chat,
    grammar: 'openai',
    isJson: true,
    events: (parts) => [
      ...parts.map((part) => ({
        choices: [
          { index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: part } }] } },
        ],
      })),
      { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    ],
    read: ({
      choices,
    }: {
      choices: [{ delta: { tool_calls?: [{ function: { arguments: string } }] } }];
    }) => choices[0].delta.tool_calls?.[0].function.arguments,
  },
  'Responses, text': {
    api: responses,
    grammar: 'openai',
    isJson: false,
    events: (parts) => [
      ...parts.map((delta) => ({
        type: 'response.output_text.delta',
        item_id: 'm',
        output_index: 0,
        content_index: 0,
        delta,
      })),
      { type: 'response.output_text.done', item_id: 'm', output_index: 0, content_index: 0 },
    ],
    read: ({ delta }: { delta?: string }) => delta,
  },
  'Responses, arguments': {
    api: responses,
    grammar: 'openai',
    isJson: true,
    events: (parts) => [
      ...parts.map((delta) => ({
        type: 'response.function_call_arguments.delta',
        item_id: 'f',
        output_index: 1,
        delta,
      })),
      { type: 'response.function_call_arguments.done', item_id: 'f', output_index: 1 },
    ],
    read: ({ delta }: { delta?: string }) => delta,
  },
};

/** Cuts a text at places, taken modulo its length; never within a character. */
function cutText(text: string, places: readonly number[]): string[] {
  const units = [...text];
  const at = [...new Set(places.map((place) => place % (units.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => units.slice(from, at[i] ?? units.length).join(''));
}

/** Every place of a request that holds one text as it is. */
function placesOf({ places }: TestApi): ((text: string) => object)[] {
  return Object.entries(places)
    .filter(
      ([name]) => !/base64|file data|key of|arguments|document|shell|of a tool result/.test(name),
    )
    .map(([, make]) => make);
}

/** A string of a document that is not one of the API's own words. */
function longestString(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value)
    .map(longestString)
    .reduce((best, one) => (one.length > best.length ? one : best), '');
}

describe.each(Object.entries(CHANNELS))('%s', (_name, { api, grammar, isJson, events, read }) => {
  const splits = fc.array(fc.nat(), { maxLength: 12 });
  // Longer than any word of the API's, so that it is found again.
  const long = texts.map((text) => wellFormed(`${text}${' '.repeat(40)}.`));
  const place = fc.constantFrom(...placesOf(api));
  /** What the model writes when it repeats what it was sent, cut into deltas. */
  const repeated = (sent: Buffer, places: readonly number[]): object[] => {
    const seen = longestString(JSON.parse(sent.toString()));
    return events(cutText(isJson ? JSON.stringify({ seen }) : seen, places));
  };
  const written = (got: readonly object[]): string => {
    const text = got.map((event) => read(event as never) ?? '').join('');
    return isJson ? (JSON.parse(text) as { seen: string }).seen : text;
  };

  test('streamed', () => {
    fc.assert(
      fc.property(
        long,
        place,
        splits,
        cuts,
        fc.constantFrom('\n', '\r\n'),
        (text, make, places, how, eol) => {
          const pipeline = createPipeline(grammar);
          const sent = pipeline.send(JSON.stringify(make(text)));
          const stream = repeated(sent, places)
            .map((one) => `data: ${JSON.stringify(one)}${eol}${eol}`)
            .join('');
          const got = pipeline
            .receive(cutSomehow(Buffer.from(stream), how), 'text/event-stream')
            .toString();
          expect(
            written(
              got
                .trim()
                .split(eol + eol)
                .map((one) => JSON.parse(one.slice(6)) as object),
            ),
          ).toBe(text);
        },
      ),
      runs(50),
    );
  });

  test('over a WebSocket', () => {
    fc.assert(
      fc.property(long, place, splits, (text, make, places) => {
        const pipeline = createPipeline(grammar);
        const sent = pipeline.send(JSON.stringify(make(text)));
        const answer = repeated(sent, places).map((one) => Buffer.from(JSON.stringify(one)));
        const got = pipeline.receiveMessages(answer);
        expect(written(got.map((one) => JSON.parse(one.toString()) as object))).toBe(text);
      }),
      runs(40),
    );
  });

  test('what came back goes out as the same placeholders, in any place and form', () => {
    fc.assert(
      fc.property(long, place, splits, (text, make, places) => {
        const pipeline = createPipeline(grammar);
        const answer = repeated(pipeline.send(JSON.stringify(make(text))), places);
        pipeline.receiveMessages(answer.map((one) => Buffer.from(JSON.stringify(one))));
        for (const [placeholder, bytes] of pipeline.returned) {
          const value = bytes.toString();
          if (value.length < 8) continue;
          for (const [form, body] of Object.entries(contextsOf(value))) {
            const sent = pipeline
              .send(JSON.stringify(make(`${body}${' '.repeat(40)}.`)))
              .toString();
            const seen = longestString(JSON.parse(sent));
            if (!seen.includes(placeholder))
              throw new Error(`${form}: ${placeholder} ← ${body} → ${sent}`);
          }
        }
      }),
      runs(15),
    );
  });
});

/** Where an agent may put a value that it got. */
function contextsOf(value: string): Record<string, string> {
  return {
    bare: value,
    'an argument': `curl -u ${value} https://example.com`,
    'between signs': `(${value})`,
    'JSON in JSON': JSON.stringify({ a: value }),
    'JSON in JSON in JSON': JSON.stringify([JSON.stringify({ a: value })]),
    'next to other writing': `密钥${value}密钥`,
  };
}
