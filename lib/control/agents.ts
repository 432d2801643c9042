/** Who sent a request, by its header fields. */

/** What a request calls itself; nothing here may become a path, and nothing is trusted. */
export interface ClientNames {
  /** A name of the table below; undefined where none fits. */
  readonly agent: string | undefined;
  /** The conversation's id. */
  readonly session: string | undefined;
  /** The client's own id of this request. */
  readonly request: string | undefined;
}

/** First one wins; DESIGN §10. */
const SESSION_HEADERS = ['x-claude-code-session-id', 'session-id', 'x-session-id'] as const;
const REQUEST_HEADERS = ['x-client-request-id', 'x-request-id'] as const;

/** Agents before the libraries they are built with: an agent's `user-agent` often names both. */
const AGENTS: readonly (readonly [name: string, userAgent: RegExp])[] = [
  ['claude', /\bclaude-(?:cli|code)\b/i],
  ['codex', /\bcodex(?:[-_][a-z]+)*\b/i],
  ['opencode', /\bopencode\b/i],
  ['hermes', /\bhermes(?:-agent)?\b/i],
  ['cursor', /\bcursor\b/i],
  ['aider', /\baider\b/i],
  ['gemini', /\bgemini-?cli\b/i],
  ['ai-sdk', /\bai-sdk\b|\bai\/\d/i],
  ['anthropic-sdk', /\banthropic\//i],
  ['openai-sdk', /\b(?:async)?openai\//i],
  ['litellm', /\blitellm\b/i],
  ['curl', /^curl\//i],
  ['python', /^(?:python|aiohttp|httpx)\b/i],
  ['node', /^(?:node|undici|axios)\b/i],
];

/**
 * Names the agent, the session and the request.
 *
 * @param rawHeaders - names and values in turn, as `node:http` gives them
 */
export function identifyClient(rawHeaders: readonly string[]): ClientNames {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    // Of repeated fields the first counts: the answer must not depend on what is appended.
    if (!fields.has(name)) fields.set(name, rawHeaders[at + 1] ?? '');
  }
  return {
    agent: agentOf(fields),
    session: firstId(fields, SESSION_HEADERS),
    request: firstId(fields, REQUEST_HEADERS),
  };
}

function agentOf(fields: ReadonlyMap<string, string>): string | undefined {
  // What only one agent sends counts even where its user agent was changed.
  if (fields.has('x-claude-code-session-id')) return 'claude';
  if (/^codex/i.test(fields.get('originator') ?? '')) return 'codex';
  const userAgent = fields.get('user-agent') ?? '';
  return AGENTS.find(([, pattern]) => pattern.test(userAgent))?.[0];
}

const MAX_ID = 128;

/** A client's id as it may stand in logs: `[A-Za-z0-9._:-]`, at most 128; anything else is `_`. */
export function safeId(text: string): string {
  return text.slice(0, MAX_ID).replace(/[^A-Za-z0-9._:-]/g, '_');
}

function firstId(
  fields: ReadonlyMap<string, string>,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const value = fields.get(name)?.trim();
    if (value) return safeId(value);
  }
  return undefined;
}
