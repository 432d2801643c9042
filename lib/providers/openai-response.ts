import type { ApiGrammar, MessageGrammar } from './types.ts';

/** Where items of the Responses API stand, in requests and answers. */
const ITEMS = [
  'item',
  'input[]',
  'output[]',
  'data[]',
  'response.input[]',
  'response.output[]',
] as const;

/** Where messages of Chat Completions stand. */
const MESSAGES = ['messages[]', 'choices[].message', 'choices[].delta', 'data[]'] as const;

/** Where the JSON source of function calls' arguments stands in a message of either API. */
const ARGUMENTS = [
  ...MESSAGES.flatMap((at) => [
    `${at}.tool_calls[].function.arguments`,
    `${at}.function_call.arguments`,
  ]),
  ...ITEMS.map((at) => `${at}.arguments`),
];

/** Paths of strings that hold JSON source: the arguments of function calls. */
export const openaiJsonSource: readonly string[] = [
  ...ARGUMENTS,
  // Lines of the files that go into a batch and come out of it.
  ...ARGUMENTS.flatMap((path) => [`body.${path}`, `response.body.${path}`]),
  // The root of `response.function_call_arguments.done` and `response.mcp_call_arguments.done`.
  'arguments',
];

/** Fields of an event that tell the Responses API's channels apart. */
const CHANNEL = [
  'output_index|item_id',
  'content_index',
  'summary_index',
  'command_index',
] as const;

const CHAT_DELTAS = [
  'content',
  'refusal',
  'reasoning_content',
  'reasoning',
  'reasoning_details[].text',
  'reasoning_details[].summary',
  'tool_calls[].custom.input',
  'audio.transcript',
] as const;

const CHAT_ARGUMENTS = ['tool_calls[].function.arguments', 'function_call.arguments'] as const;

/** Server-sent events, WebSocket messages and bodies of Chat Completions and Responses. */
export const openaiResponse: Pick<ApiGrammar, 'opaqueResponse' | 'jsonSource' | 'deltas' | 'ends'> =
  {
    opaqueResponse: [
      { at: 'choices[]', fields: ['logprobs'] },
      ...['choices[].delta.reasoning_details[]', 'choices[].message.reasoning_details[]'].map(
        (at) => ({ at, fields: ['data', 'signature'] }),
      ),
      ...ITEMS.flatMap((at) => [
        { at, types: ['reasoning', 'compaction'], fields: ['encrypted_content'] },
        { at, types: ['compaction_summary'], fields: ['encrypted_content'] },
        { at, types: ['program'], fields: ['fingerprint'] },
        { at: `${at}.content[]`, fields: ['logprobs'] },
      ]),
      { at: 'part', fields: ['logprobs'] },
      {
        at: '',
        types: ['response.output_text.delta', 'response.output_text.done'],
        fields: ['logprobs'],
      },
    ],
    jsonSource: openaiJsonSource,
    deltas: [
      ...CHAT_DELTAS.map((field) => ({
        event: '',
        path: `choices[].delta.${field}`,
        key: [],
        source: 'text' as const,
      })),
      ...CHAT_ARGUMENTS.map((field) => ({
        event: '',
        path: `choices[].delta.${field}`,
        key: [],
        source: 'json' as const,
      })),
      { event: '', path: 'choices[].text', key: [], source: 'text' },
      ...['response.function_call_arguments.delta', 'response.mcp_call_arguments.delta'].map(
        (event) => ({ event, path: 'delta', key: CHANNEL, source: 'json' as const }),
      ),
      // output_text, refusal, reasoning_text, reasoning_summary_text, custom_tool_call_input,
      // code_interpreter_call_code, shell_call_command, and whatever comes next.
      { event: 'response.*.delta', path: 'delta', key: CHANNEL, source: 'text' },
      // shell_call_output_content
      { event: 'response.*.delta', path: 'delta.stdout', key: CHANNEL, source: 'text' },
      { event: 'response.*.delta', path: 'delta.stderr', key: CHANNEL, source: 'text' },
    ],
    ends: [
      { event: '', at: 'choices[]', when: 'finish_reason', key: [] },
      { event: '', at: '', when: 'error', key: [] },
      { event: '[DONE]', at: '', key: [] },
      // Of a text, a part or a whole item: fields that the event lacks are those of all it holds.
      { event: 'response.*.done', at: '', key: CHANNEL },
      { event: 'response.completed', at: '', key: [] },
      { event: 'response.failed', at: '', key: [] },
      { event: 'response.incomplete', at: '', key: [] },
      { event: 'error', at: '', key: [] },
    ],
  };

/** Messages of the Responses API over a WebSocket, and of the Realtime API. */
export const openaiMessages: MessageGrammar = {
  asks: ['"response.create"'],
  completes: [
    '"response.completed"',
    '"response.failed"',
    '"response.incomplete"',
    '"response.cancelled"',
    '"response.done"',
    '"type":"error"',
    '"type": "error"',
  ],
};
