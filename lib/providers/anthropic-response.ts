import type { ApiGrammar } from './types.ts';

/** Paths of strings that hold JSON source. */
export const anthropicJsonSource: readonly string[] = ['delta.partial_json'];

/** What the provider signed or sealed comes back as it was: restoring it would break the next turn. */
const SEALED = [
  { types: ['thinking', 'redacted_thinking'], fields: ['thinking', 'signature', 'data'] },
  { types: ['compaction'], fields: ['encrypted_content'] },
] as const;

/** Sealed fields of what server tools give. */
const SEALED_RESULTS = ['encrypted_content', 'encrypted_index', 'encrypted_stdout'] as const;

/** Where blocks stand: in a message, in the event that begins one, in a line of batch results. */
const BLOCKS = [
  'content[]',
  'message.content[]',
  'content_block',
  'result.message.content[]',
] as const;

/** Server-sent events and bodies of the Messages API. */
export const anthropicResponse: Pick<
  ApiGrammar,
  'opaqueResponse' | 'jsonSource' | 'deltas' | 'ends'
> = {
  opaqueResponse: [
    ...BLOCKS.flatMap((at) => [
      ...SEALED.map((rule) => ({ at, ...rule })),
      { at: `${at}.content`, fields: SEALED_RESULTS },
      { at: `${at}.content[]`, fields: SEALED_RESULTS },
      { at: `${at}.citations[]`, fields: SEALED_RESULTS },
    ]),
    {
      at: 'delta',
      types: ['thinking_delta', 'signature_delta', 'compaction_delta'],
      fields: ['thinking', 'signature', 'encrypted_content'],
    },
    { at: 'delta.citation', fields: SEALED_RESULTS },
  ],
  jsonSource: anthropicJsonSource,
  deltas: [
    { event: 'content_block_delta', path: 'delta.text', key: ['index'], source: 'text' },
    { event: 'content_block_delta', path: 'delta.partial_json', key: ['index'], source: 'json' },
    { event: 'content_block_delta', path: 'delta.content', key: ['index'], source: 'text' },
  ],
  ends: [
    { event: 'content_block_stop', at: '', key: ['index'] },
    { event: 'message_delta', at: '', key: [] },
    { event: 'message_stop', at: '', key: [] },
    { event: 'error', at: '', key: [] },
  ],
};
