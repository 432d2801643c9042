import { anthropicRequest } from './anthropic-request.ts';
import { anthropicResponse } from './anthropic-response.ts';
import { openaiRequest } from './openai-request.ts';
import { openaiMessages, openaiResponse } from './openai-response.ts';
import { anthropicRefusal, openaiRefusal } from './refusals.ts';
import type { ApiGrammar, ApiName } from './types.ts';

/** Nothing is known of the API: everything is text, nothing is opaque but what HTTP says is a credential. */
const none: ApiGrammar = {
  name: 'none',
  opaqueRequest: [],
  opaqueResponse: [],
  jsonSource: [],
  deltas: [],
  ends: [],
  credentialHeaders: ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'],
  credentialQuery: ['key', 'api_key', 'access_token'],
  ...openaiRefusal,
};

const GRAMMARS: Readonly<Record<ApiName, ApiGrammar>> = {
  anthropic: { name: 'anthropic', ...anthropicRequest, ...anthropicResponse, ...anthropicRefusal },
  openai: {
    name: 'openai',
    ...openaiRequest,
    ...openaiResponse,
    ...openaiRefusal,
    messages: openaiMessages,
  },
  none,
};

/** The grammar that `sse_handler` names. */
export function grammarOf(name: ApiName): ApiGrammar {
  return GRAMMARS[name];
}
