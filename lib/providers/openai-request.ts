import type { ApiGrammar, OpaqueRule } from './types.ts';

/**
 * Requests of Chat Completions and Responses (`/responses/compact` and WebSocket messages too),
 * with the fields that DeepSeek and OpenRouter add.
 *
 * Source: openai-node `chat/completions/completions.ts` and `responses/responses.ts`; OpenRouter's
 * reference for `reasoning_details`.
 */

/** Ids and routing keys at the root of either API. */
const ROOT_FIELDS = [
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'previous_response_id',
  'conversation',
];

/** Parts with file data; base64 without a data URL has no mark of its own, hence the cues. */
function partRules(part: string): OpaqueRule[] {
  return [
    { at: part, types: ['input_image'], fields: ['image_url'], condition: 'media' },
    {
      at: part,
      types: ['input_file'],
      fields: ['file_data'],
      condition: 'media',
      cue: '"file_data"',
    },
    { at: part, types: ['input_image', 'input_file'], fields: ['file_id'] },
    {
      at: `${part}.input_audio`,
      fields: ['data'],
      condition: 'media',
      cue: '"input_audio"',
    },
    { at: `${part}.image_url`, fields: ['url'], condition: 'media' },
    { at: `${part}.file`, fields: ['file_data'], condition: 'media', cue: '"file_data"' },
    { at: `${part}.file`, fields: ['file_id'] },
  ];
}

const chatRules: readonly OpaqueRule[] = [
  { at: 'messages[]', fields: ['tool_call_id'] },
  { at: 'messages[].tool_calls[]', types: ['function', 'custom'], fields: ['id'] },
  { at: 'messages[].audio', fields: ['id'] },
  { at: 'messages[].reasoning_details[]', types: ['reasoning.encrypted'], fields: ['data', 'id'] },
  {
    at: 'messages[].reasoning_details[]',
    types: ['reasoning.text', 'reasoning.summary'],
    fields: ['signature', 'id'],
  },
  ...partRules('messages[].content[]'),
];

/** Items that name a call. */
const CALLS = [
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'computer_call',
  'computer_call_output',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'tool_search_call',
  'tool_search_output',
];
/** Items that carry an id and nothing else that is opaque. */
const WITH_ID = [
  ...CALLS,
  'message',
  'reasoning',
  'compaction',
  'item_reference',
  'mcp_list_tools',
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'program',
];
const ENCRYPTED = ['reasoning', 'compaction', 'compaction_summary', 'context_compaction'];

/** Names under which MCP servers expect their credential. */
const MCP_HEADERS = ['Authorization', 'authorization', 'X-API-Key', 'x-api-key'];

/** The rules of a Responses request, below a prefix that is '' or ends in a dot. */
function responsesRules(prefix: string): OpaqueRule[] {
  const at = (path: string): string => (prefix + path).replace(/\.$/, '');
  return [
    { at: at(''), fields: ROOT_FIELDS },
    { at: at('conversation'), fields: ['id'] },
    { at: at('prompt'), fields: ['id'] },
    { at: at('input[]'), types: ENCRYPTED, fields: ['encrypted_content'] },
    { at: at('input[]'), types: WITH_ID, fields: ['id'] },
    { at: at('input[]'), types: CALLS, fields: ['call_id', 'approval_request_id'] },
    { at: at('input[]'), types: ['code_interpreter_call'], fields: ['container_id'] },
    { at: at('input[]'), types: ['program'], fields: ['fingerprint'] },
    {
      at: at('input[]'),
      types: ['image_generation_call'],
      fields: ['result'],
      condition: 'media',
      cue: '"image_generation_call"',
    },
    {
      at: at('input[].output'),
      types: ['computer_screenshot'],
      fields: ['image_url'],
      condition: 'media',
    },
    { at: at('input[].output'), types: ['computer_screenshot'], fields: ['file_id'] },
    ...['tools[]', 'input[].tools[]'].flatMap((tool): OpaqueRule[] => [
      { at: at(tool), types: ['mcp'], fields: ['authorization'] },
      { at: at(`${tool}.headers`), fields: MCP_HEADERS },
    ]),
    ...['input[].content[]', 'input[].output[]'].flatMap((part) => partRules(at(part))),
  ];
}

/** Where answers hold calls: whole, as an item, and in snapshots. */
const CALL_HOLDERS = ['input[]', 'response.input[]', 'output[]', 'response.output[]', 'item'];

/** The request side of Chat Completions and Responses. */
export const openaiRequest: Pick<
  ApiGrammar,
  'opaqueRequest' | 'jsonSource' | 'credentialHeaders' | 'credentialQuery'
> = {
  opaqueRequest: [...chatRules, ...responsesRules(''), ...responsesRules('response.')],
  jsonSource: [
    'messages[].tool_calls[].function.arguments',
    'messages[].function_call.arguments',
    'choices[].message.tool_calls[].function.arguments',
    'choices[].message.function_call.arguments',
    ...CALL_HOLDERS.map((holder) => `${holder}.arguments`),
    'arguments',
  ],
  // A browser's WebSocket can carry its key in no other field than the subprotocol.
  credentialHeaders: ['authorization', 'api-key', 'x-api-key', 'cookie', 'sec-websocket-protocol'],
  credentialQuery: ['api-key'],
};
