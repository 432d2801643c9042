import { describe, expect, it } from 'vitest';
import {
  aws,
  awsPlaceholder,
  createContext,
  github,
  githubPlaceholder,
  redact,
  redactValue,
  remember,
} from './setup.ts';

/** A body around a text, and the API it is for. */
type Shape = readonly [name: string, make: (text: string) => unknown];

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
const assistant = (content: unknown) => ({ messages: [{ role: 'assistant', content }] });
const tool = (content: unknown) => user([{ type: 'tool_result', tool_use_id: 'toolu_1', content }]);

const SCANNED: Readonly<Record<'anthropic' | 'openai', readonly Shape[]>> = {
  anthropic: [
    ['a system string', (t) => ({ system: t })],
    ['a system block', (t) => ({ system: [{ type: 'text', text: t }] })],
    ['a content string', (t) => user(t)],
    ['a text block', (t) => user([{ type: 'text', text: t }])],
    ['a tool’s input', (t) => assistant([{ type: 'tool_use', id: 'x', input: { a: [t] } }])],
    ['a key of a tool’s input', (t) => assistant([{ type: 'tool_use', input: { [t]: 1 } }])],
    ['`name` in a tool’s input', (t) => assistant([{ type: 'tool_use', input: { name: t } }])],
    ['`user` in a tool’s input', (t) => assistant([{ type: 'tool_use', input: { user: t } }])],
    ['`id` in a tool’s input', (t) => assistant([{ type: 'tool_use', input: { id: t } }])],
    ['`data` in a tool’s input', (t) => assistant([{ type: 'tool_use', input: { data: t } }])],
    [
      '`signature` in a tool’s input',
      (t) => assistant([{ type: 'tool_use', input: { type: 'thinking', signature: t } }]),
    ],
    ['a tool’s name', (t) => ({ tools: [{ name: t }] })],
    ['a tool’s description', (t) => ({ tools: [{ description: t }] })],
    ['a tool result', (t) => tool(t)],
    ['a tool result’s block', (t) => tool([{ type: 'text', text: t }])],
    ['a text document', (t) => user([{ type: 'document', source: { type: 'text', data: t } }])],
    ['a document’s title', (t) => user([{ type: 'document', title: t }])],
    ['an image’s URL', (t) => user([{ type: 'image', source: { type: 'url', url: t } }])],
    ['a signature of another block', (t) => assistant([{ type: 'text', signature: t }])],
    ['a thinking block twice typed', (t) => assistant([{ type: 'text', thinking: t }])],
    ['thinking outside of content', (t) => ({ thinking: { thinking: t, signature: t } })],
    [
      'a second system block',
      (t) => ({
        system: [
          { type: 'text', text: 'x' },
          { type: 'text', text: `x-anthropic-billing-header: ${t}` },
        ],
      }),
    ],
    [
      'a long billing header',
      (t) => ({
        system: [{ type: 'text', text: `x-anthropic-billing-header: ${t}${'.'.repeat(250)}` }],
      }),
    ],
    ['a batch', (t) => ({ requests: [{ custom_id: 'a', params: user(t) }] })],
    ['stop sequences', (t) => ({ stop_sequences: [t] })],
    ['metadata of another name', (t) => ({ metadata: { user: t } })],
    ['a field nobody knows', (t) => ({ later: { additions: [[{ to: t }]] } })],
  ],
  openai: [
    ['a content string', (t) => user(t)],
    ['a text part', (t) => user([{ type: 'text', text: t }])],
    ['a refusal', (t) => assistant([{ type: 'refusal', refusal: t }])],
    ['a tool message', (t) => ({ messages: [{ role: 'tool', tool_call_id: 'c', content: t }] })],
    [
      'a call’s arguments',
      (t) => ({
        messages: [
          { tool_calls: [{ id: 'c', function: { arguments: JSON.stringify({ a: t }) } }] },
        ],
      }),
    ],
    ['a custom call’s input', (t) => ({ messages: [{ tool_calls: [{ custom: { input: t } }] }] })],
    ['a legacy call', (t) => ({ messages: [{ function_call: { arguments: `{"a":"${t}"}` } }] })],
    ['DeepSeek’s reasoning', (t) => ({ messages: [{ reasoning_content: t }] })],
    [
      'OpenRouter’s reasoning',
      (t) => ({ messages: [{ reasoning_details: [{ type: 'reasoning.text', text: t }] }] }),
    ],
    ['a tool’s parameters', (t) => ({ tools: [{ function: { parameters: { default: t } } }] })],
    ['a prediction', (t) => ({ prediction: { content: t } })],
    ['`user` in metadata', (t) => ({ metadata: { user: t } })],
    ['`name` of a message', (t) => ({ messages: [{ name: t }] })],
    ['instructions', (t) => ({ instructions: t })],
    ['an input string', (t) => ({ input: t })],
    [
      'an input message',
      (t) => ({ input: [{ type: 'message', content: [{ type: 'input_text', text: t }] }] }),
    ],
    ['a function call', (t) => ({ input: [{ type: 'function_call', arguments: `{"a":"${t}"}` }] })],
    ['its output', (t) => ({ input: [{ type: 'function_call_output', output: t }] })],
    [
      'its output in parts',
      (t) => ({
        input: [{ type: 'function_call_output', output: [{ type: 'input_text', text: t }] }],
      }),
    ],
    [
      'a custom tool call',
      (t) => ({ input: [{ type: 'custom_tool_call', input: `const a = "${t}";` }] }),
    ],
    [
      'a shell command',
      (t) => ({ input: [{ type: 'local_shell_call', action: { command: ['sh', t] } }] }),
    ],
    [
      'a shell’s environment',
      (t) => ({ input: [{ type: 'local_shell_call', action: { env: { KEY: t } } }] }),
    ],
    ['a patch', (t) => ({ input: [{ type: 'apply_patch_call', operation: { diff: t } }] })],
    ['a reasoning summary', (t) => ({ input: [{ type: 'reasoning', summary: [{ text: t }] }] })],
    [
      'encrypted content of another item',
      (t) => ({ input: [{ type: 'message', encrypted_content: t }] }),
    ],
    [
      'additional tools',
      (t) => ({ input: [{ type: 'additional_tools', tools: [{ description: t }] }] }),
    ],
    ['client metadata', (t) => ({ client_metadata: { url: t } })],
    ['a WebSocket message', (t) => ({ type: 'response.create', response: { instructions: t } })],
    ['an image’s URL', (t) => user([{ type: 'image_url', image_url: { url: `https://x/${t}` } }])],
  ],
};

const OPAQUE: typeof SCANNED = {
  anthropic: [
    ['thinking', (t) => assistant([{ type: 'thinking', thinking: t, signature: 's' }])],
    ['a signature', (t) => assistant([{ type: 'thinking', thinking: '', signature: t }])],
    ['redacted thinking', (t) => assistant([{ type: 'redacted_thinking', data: t }])],
    [
      'thinking in a batch',
      (t) => ({
        requests: [{ params: assistant([{ type: 'thinking', thinking: t }]) }],
      }),
    ],
    ['a compaction', (t) => assistant([{ type: 'compaction', encrypted_content: t }])],
    [
      'a search result',
      (t) =>
        assistant([
          {
            type: 'web_search_tool_result',
            content: [{ type: 'web_search_result', encrypted_content: t }],
          },
        ]),
    ],
    ['a tool use’s id', (t) => assistant([{ type: 'tool_use', id: t, input: {} }])],
    ['a tool result’s id', (t) => user([{ type: 'tool_result', tool_use_id: t }])],
    ['the user’s id', (t) => ({ metadata: { user_id: t } })],
    ['an MCP server’s token', (t) => ({ mcp_servers: [{ type: 'url', authorization_token: t }] })],
    [
      'the billing header',
      (t) => ({ system: [{ type: 'text', text: `x-anthropic-billing-header: cch=${t};` }] }),
    ],
    [
      'an image',
      (t) =>
        user([
          {
            type: 'image',
            source: { type: 'base64', media_type: 'image/png', data: `iVBORw0KGgo${t}` },
          },
        ]),
    ],
    [
      'a PDF in a tool result',
      (t) => tool([{ type: 'document', source: { type: 'base64', data: `JVBERi0xLjcK${t}` } }]),
    ],
  ],
  openai: [
    ['the user', (t) => ({ user: t })],
    ['the cache key', (t) => ({ prompt_cache_key: t })],
    ['a call’s id', (t) => ({ messages: [{ tool_calls: [{ type: 'function', id: t }] }] })],
    ['encrypted reasoning', (t) => ({ input: [{ type: 'reasoning', encrypted_content: t }] })],
    ['an item’s id', (t) => ({ input: [{ type: 'message', id: t }] })],
    [
      'OpenRouter’s signature',
      (t) => ({ messages: [{ reasoning_details: [{ type: 'reasoning.text', signature: t }] }] }),
    ],
    ['an MCP tool’s credential', (t) => ({ tools: [{ type: 'mcp', authorization: t }] })],
    [
      'an image',
      (t) =>
        user([{ type: 'image_url', image_url: { url: `data:image/png;base64,iVBORw0KGgo${t}` } }]),
    ],
    [
      'an input image',
      (t) => ({
        input: [
          {
            type: 'message',
            content: [
              { type: 'input_image', image_url: `data:image/jpeg;base64,/9j/4AAQSkZJRgAB${t}` },
            ],
          },
        ],
      }),
    ],
    [
      'audio',
      (t) =>
        user([
          { type: 'input_audio', input_audio: { format: 'wav', data: `UklGRiQAAABXQVZF${t}` } },
        ]),
    ],
    [
      'an answer’s id over a WebSocket',
      (t) => ({ type: 'response.create', response: { previous_response_id: t } }),
    ],
  ],
};

for (const api of ['anthropic', 'openai'] as const) {
  describe(`requests of ${api}`, () => {
    it.each(SCANNED[api])('scan %s', (_, make) => {
      const value = redactValue(make(`a ${aws} b`), api);
      expect(value).toEqual(make(`a ${awsPlaceholder} b`));
    });

    it.each(OPAQUE[api])('leave %s alone', (_, make) => {
      expect(redactValue({ ...obj(make(aws)), extra: github }, api)).toEqual({
        ...obj(make(aws)),
        extra: githubPlaceholder,
      });
    });

    it.each(OPAQUE[api])('are refused with a known secret in %s', (_, make) => {
      const ctx = createContext(api);
      remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
      const body = JSON.stringify(make('CorrectHorseBattery'));
      expect(() => redact(body, 'application/json', ctx)).toThrow(
        expect.objectContaining({ code: 'secret-in-opaque-field' }),
      );
    });

    it.each(OPAQUE[api])('leave a literal placeholder in %s alone', (_, make) => {
      const ctx = createContext(api);
      const literal = remember(ctx, 'PASSWORD', 'CorrectHorseBattery');
      const body = JSON.stringify({ ...obj(make(literal)), extra: literal });
      expect(JSON.parse(redact(body, 'application/json', ctx))).toEqual({
        ...obj(make(literal)),
        extra: literal.replace('<pl:', '<pl-esc:'),
      });
    });
  });
}

function obj(value: unknown): object {
  return value as object;
}

describe('an exemption', () => {
  it('does not hold in an object that has the field or its type twice', () => {
    for (const block of [
      `{"type":"thinking","type":"text","thinking":"${aws}"}`,
      `{"type":"thinking","thinking":"","thinking":"${aws}"}`,
    ]) {
      const body = `{"messages":[{"content":[${block}]}]}`;
      expect(redact(body)).toBe(body.replace(aws, awsPlaceholder));
    }
  });

  it('holds where field names are written with escapes', () => {
    const body = `{"messages":[{"content":[{"type":"thin\\u006bing","\\u0074hinking":"${aws}"}]}]}`;
    expect(redact(body)).toBe(body);
  });

  it('does not hold in a document that does not parse', () => {
    const body = `{"messages":[{"content":[{"type":"thinking","thinking":"${aws}"}]}]`;
    expect(redact(body)).toBe(body.replace(aws, awsPlaceholder));
  });

  it('does not hold for an API that is not known', () => {
    const body = `{"metadata":{"user_id":"${aws}"}}`;
    expect(redact(body, 'application/json', createContext('none'))).toContain(awsPlaceholder);
  });
});
