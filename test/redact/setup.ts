import { createExactMatcher } from '../../lib/detect/exact.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { grammarOf } from '../../lib/providers/grammar.ts';
import type { ApiName } from '../../lib/providers/types.ts';
import { redactBody } from '../../lib/redact/body.ts';
import type { RedactedBody, RedactionContext } from '../../lib/redact/types.ts';
import { createStore } from '../../lib/vault/store.ts';
import { createTokenizer } from '../../lib/vault/tokenizer.ts';
import { createVault } from '../../lib/vault/vault.ts';
import { makeSecret } from '../support/secrets.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

export const fingerprint = createTokenizer(Buffer.alloc(32, 7));

/** Made-up secrets, and the placeholders that they have in every test. */
export const aws = makeSecret('AWS_ACCESS_KEY', 1);
export const github = makeSecret('GITHUB_TOKEN', 1);
export const anthropic = makeSecret('ANTHROPIC_KEY', 1);

export function placeholder(type: string, secret: string): string {
  return `<pl:${type}:${fingerprint(Buffer.from(secret))}>`;
}

export const awsPlaceholder = placeholder('AWS_ACCESS_KEY', aws);
export const githubPlaceholder = placeholder('GITHUB_TOKEN', github);

/** A context of its own for one exchange, with an empty store. */
export function createContext(api: ApiName = 'anthropic'): RedactionContext {
  const store = createStore({ capacity: 1000, bytes: 1e6, ttl: 1e6 });
  return {
    scanner,
    exact: createExactMatcher(),
    vault: createVault({ fingerprint, store }),
    grammar: grammarOf(api),
    pin: store.pin(),
    now: 0,
    privateKeySeen: false,
  };
}

/** Makes a value one that came back to a client. */
export function remember(ctx: RedactionContext, type: string, value: string): string {
  const made = ctx.vault.redact(type, Buffer.from(value), ctx.pin, ctx.now);
  ctx.exact.add(made.fingerprint, Buffer.from(value));
  return made.placeholder;
}

/** What is sent, as text. */
export function sent(body: RedactedBody): string {
  const bytes = Buffer.concat(body.parts);
  if (bytes.length !== body.length) throw new Error('the length is not that of the parts');
  return bytes.toString('utf8');
}

/** Redacts a body and gives what is sent. */
export function redact(
  body: string | Buffer,
  contentType: string | undefined = 'application/json',
  ctx: RedactionContext = createContext(),
): string {
  return sent(redactBody(Buffer.from(body), contentType, ctx));
}

/** Redacts a JSON value as a body of an API. */
export function redactValue(value: unknown, api: ApiName = 'anthropic'): unknown {
  return JSON.parse(redact(JSON.stringify(value), 'application/json', createContext(api)));
}
