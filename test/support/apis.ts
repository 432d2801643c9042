/** One API, as the tests speak it: where a text can stand in a request, and where in an answer. */
export interface TestApi {
  readonly name: string;
  readonly host: string;
  readonly path: string;
  /** A prompt, then a text of the user. */
  readonly prompt: (first: string, last: string) => object;
  /** Places of a request where a text can stand. */
  readonly places: Readonly<Record<string, (text: string) => object>>;
  /** The text of an answer that came whole, and the JSON of its tool call. */
  readonly wholeText: (answer: Json) => unknown;
  readonly wholeArguments: (answer: Json) => unknown;
  /** The piece of text, or of a tool call's JSON, in one event of a stream. */
  readonly textDelta: (event: Json) => unknown;
  readonly argumentsDelta: (event: Json) => unknown;
  /** How a complete stream ends. */
  readonly ending: RegExp;
}

// Answers are looked into at known places only; a wrong place gives undefined and fails the test.
type Json = { readonly [key: string]: Json } & readonly Json[];

const TOOL = 'Write';

const anthropic: TestApi = {
  name: 'Messages',
  host: 'api.anthropic.com',
  path: '/v1/messages',
  prompt: (first, last) => ({
    model: 'm',
    tools: [{ name: TOOL, input_schema: { type: 'object' } }],
    messages: [user(first), { role: 'assistant', content: 'go on' }, user(last)],
  }),
  places: {
    text: (text) => ({ messages: [user(text)] }),
    'text block': (text) => ({ messages: [user([{ type: 'text', text }])] }),
    system: (text) => ({ system: [{ type: 'text', text }], messages: [user('x')] }),
    'tool result': (text) => ({
      messages: [user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: text }])],
    }),
    'tool result block': (text) => ({
      messages: [
        user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text }] }]),
      ],
    }),
    'tool arguments': (text) => ({
      messages: [toolUse({ deep: [{ value: text, name: text, user: text }] })],
    }),
    'key of tool arguments': (text) => ({ messages: [toolUse({ [text]: 1 })] }),
    'tool description': (text) => ({ tools: [{ name: TOOL, description: text }] }),
    'stop sequence': (text) => ({ stop_sequences: [text], messages: [] }),
    document: (text) => ({
      messages: [user([{ type: 'document', source: { type: 'text', data: text }, title: text }])],
    }),
    'document in base64': (text) => ({
      messages: [
        user([
          {
            type: 'document',
            source: {
              type: 'base64',
              media_type: 'text/plain',
              data: Buffer.from(text).toString('base64'),
            },
          },
        ]),
      ],
    }),
    'unknown field': (text) => ({ messages: [], something_new: { nobody: ['knows', text] } }),
  },
  wholeText: (answer) => answer['content']?.[0]?.['text'],
  wholeArguments: (answer) => JSON.stringify(answer['content']?.[0]?.['input']),
  textDelta: (event) => event['delta']?.['text'],
  argumentsDelta: (event) => event['delta']?.['partial_json'],
  ending: /event: message_stop\n.*\n\n$/,
};

const chat: TestApi = {
  name: 'Chat Completions',
  host: 'api.openai.com',
  path: '/v1/chat/completions',
  prompt: (first, last) => ({
    model: 'm',
    tools: [{ type: 'function', function: { name: TOOL } }],
    messages: [user(first), { role: 'assistant', content: 'go on' }, user(last)],
  }),
  places: {
    text: (text) => ({ messages: [user(text)] }),
    'text part': (text) => ({ messages: [user([{ type: 'text', text }])] }),
    'tool result': (text) => ({
      messages: [{ role: 'tool', tool_call_id: 'call_1', content: text }],
    }),
    'tool arguments': (text) => ({
      messages: [chatCall({ name: TOOL, arguments: JSON.stringify({ value: text }) })],
    }),
    'key of tool arguments': (text) => ({
      messages: [chatCall({ name: TOOL, arguments: JSON.stringify({ [text]: 1 }) })],
    }),
    'custom tool input': (text) => ({
      messages: [
        {
          role: 'assistant',
          tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: TOOL, input: text } }],
        },
      ],
    }),
    reasoning: (text) => ({ messages: [{ role: 'assistant', reasoning_content: text }] }),
    'file data': (text) => ({
      messages: [
        user([
          {
            type: 'file',
            file: {
              filename: 'a.txt',
              file_data: `data:text/plain;base64,${Buffer.from(text).toString('base64')}`,
            },
          },
        ]),
      ],
    }),
  },
  wholeText: (answer) => answer['choices']?.[0]?.['message']?.['content'],
  wholeArguments: (answer) =>
    answer['choices']?.[0]?.['message']?.['tool_calls']?.[0]?.['function']?.['arguments'],
  textDelta: (event) => event['choices']?.[0]?.['delta']?.['content'],
  argumentsDelta: (event) =>
    event['choices']?.[0]?.['delta']?.['tool_calls']?.[0]?.['function']?.['arguments'],
  ending: /data: \[DONE\]\n\n$/,
};

const responses: TestApi = {
  name: 'Responses',
  host: 'api.openai.com',
  path: '/v1/responses',
  prompt: (first, last) => ({
    model: 'm',
    tools: [{ type: 'function', name: TOOL }],
    input: [user(first), { role: 'assistant', content: 'go on' }, user(last)],
  }),
  places: {
    text: (text) => ({ input: text }),
    'text part': (text) => ({ input: [user([{ type: 'input_text', text }])] }),
    instructions: (text) => ({ instructions: text, input: 'x' }),
    'tool result': (text) => ({
      input: [{ type: 'function_call_output', call_id: 'call_1', output: text }],
    }),
    'tool result of a tool result': (text) => ({
      input: [
        {
          type: 'function_call_output',
          call_id: 'call_1',
          output: JSON.stringify({ output: text }),
        },
      ],
    }),
    'tool arguments': (text) => ({
      input: [
        {
          type: 'function_call',
          name: TOOL,
          call_id: 'call_1',
          arguments: JSON.stringify({ value: text }),
        },
      ],
    }),
    'key of tool arguments': (text) => ({
      input: [
        {
          type: 'function_call',
          name: TOOL,
          call_id: 'call_1',
          arguments: JSON.stringify({ [text]: 1 }),
        },
      ],
    }),
    'custom tool input': (text) => ({
      input: [{ type: 'custom_tool_call', call_id: 'call_1', name: TOOL, input: text }],
    }),
    'shell command': (text) => ({
      input: [
        {
          type: 'local_shell_call',
          call_id: 'call_1',
          action: { type: 'exec', command: ['echo', text], env: { A: text } },
        },
      ],
    }),
    'reasoning summary': (text) => ({
      input: [{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text }] }],
    }),
  },
  wholeText: (answer) => answer['output']?.[0]?.['content']?.[0]?.['text'],
  wholeArguments: (answer) => answer['output']?.[0]?.['arguments'],
  textDelta: (event) => ofType(event, 'response.output_text.delta'),
  argumentsDelta: (event) => ofType(event, 'response.function_call_arguments.delta'),
  ending: /event: response\.completed\n.*\n\n$/,
};

/** The APIs that the stand-in speaks. */
export const TEST_APIS: readonly TestApi[] = [anthropic, chat, responses];

/** Joins what `pick` finds in the events of a stream. */
export function joinDeltas(stream: string, pick: (event: Json) => unknown): string {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => pick(JSON.parse(line.slice('data: '.length)) as Json))
    .filter((piece) => typeof piece === 'string')
    .join('');
}

/** A prompt in which the stand-in is told to call the tool with the user's last text. */
export const CALL_TOOL = `@@[{"tool":"${TOOL}","input":{"content":"{{echo}}"}}]@@`;

function user(content: unknown): object {
  return { role: 'user', content };
}

function toolUse(input: object): object {
  return { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: TOOL, input }] };
}

function chatCall(called: object): object {
  return { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: called }] };
}

function ofType(event: Json, type: string): unknown {
  return (event['type'] as unknown) === type ? event['delta'] : undefined;
}
