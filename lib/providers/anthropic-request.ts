import type { ApiGrammar, OpaqueRule } from './types.ts';

/**
 * Requests of the Anthropic Messages API: `/v1/messages`, `count_tokens`, and batches, whose
 * `requests[].params` have the same shape.
 *
 * Source: `MessageCreateParamsBase` of anthropic-sdk-typescript (`beta/messages/messages.ts`).
 */

/** Where content blocks stand: in a message, in a tool's result, in a document. */
const BLOCKS = [
  'messages[].content[]',
  'messages[].content[].content[]',
  'messages[].content[].source.content[]',
  'messages[].content[].content[].source.content[]',
];

/** Blocks that name a tool call. */
const TOOL_USES = ['tool_use', 'server_tool_use', 'mcp_tool_use'];
const TOOL_RESULTS = [
  'tool_result',
  'mcp_tool_result',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
];

/** One message's worth of rules, below a prefix that is '' or ends in a dot. */
function messageRules(prefix: string): OpaqueRule[] {
  const at = (path: string): string => (prefix + path).replace(/\.$/, '');
  return [
    // Signed or encrypted by the provider: any change is a 400 in the next turn.
    { at: at('messages[].content[]'), types: ['thinking'], fields: ['thinking', 'signature'] },
    { at: at('messages[].content[]'), types: ['redacted_thinking'], fields: ['data'] },
    { at: at('messages[].content[]'), types: ['compaction'], fields: ['encrypted_content'] },
    {
      at: at('messages[].content[].content[]'),
      types: ['web_search_result'],
      fields: ['encrypted_content'],
    },
    {
      at: at('messages[].content[].content'),
      types: ['encrypted_code_execution_result'],
      fields: ['encrypted_stdout'],
    },
    {
      at: at('messages[].content[].citations[]'),
      types: ['web_search_result_location'],
      fields: ['encrypted_index'],
    },
    // Protocol ids.
    { at: at('messages[].content[]'), types: TOOL_USES, fields: ['id'] },
    { at: at('messages[].content[]'), types: TOOL_RESULTS, fields: ['tool_use_id'] },
    { at: at('messages[].content[]'), types: ['container_upload'], fields: ['file_id'] },
    { at: at('metadata'), fields: ['user_id'] },
    { at: at('diagnostics'), fields: ['previous_message_id'] },
    { at: at(''), fields: ['container', 'fallback_credit_token'] },
    { at: at('container'), fields: ['id'] },
    // A credential that the provider needs to reach the server.
    { at: at('mcp_servers[]'), types: ['url'], fields: ['authorization_token'] },
    { at: at('system[0]'), types: ['text'], fields: ['text'], condition: 'billing-header' },
    ...[...BLOCKS, 'messages[].content[].content.content'].flatMap((block): OpaqueRule[] => [
      { at: at(`${block}.source`), types: ['base64'], fields: ['data'], condition: 'media' },
      { at: at(`${block}.source`), types: ['file'], fields: ['file_id'] },
    ]),
  ];
}

/** The request side of the Anthropic Messages API. */
export const anthropicRequest: Pick<
  ApiGrammar,
  'opaqueRequest' | 'jsonSource' | 'credentialHeaders' | 'credentialQuery'
> = {
  opaqueRequest: [...messageRules(''), ...messageRules('requests[].params.')],
  jsonSource: [],
  credentialHeaders: ['x-api-key', 'authorization', 'cookie'],
  credentialQuery: [],
};
