import { jsonTypeOf } from '../json/media-type.ts';

/** How a body is read. */
export type Kind = 'json' | 'ndjson' | 'form' | 'multipart' | 'text' | 'unknown';

/** What a content type says about a body. */
export interface ContentKind {
  readonly kind: Kind;
  /** Lower case. */
  readonly charset: string | undefined;
  readonly boundary: string | undefined;
}

/**
 * Reads a `content-type`.
 *
 * @returns `unknown` for binary types, types we do not know, and none: the bytes themselves decide
 */
export function classify(contentType: string | undefined): ContentKind {
  const [type = '', ...rest] = (contentType ?? '').split(';');
  const parameters = rest.join(';');
  return {
    kind: kindOf(type.trim().toLowerCase()),
    charset: parameter(parameters, 'charset')?.toLowerCase(),
    boundary: parameter(parameters, 'boundary'),
  };
}

function kindOf(type: string): Kind {
  const json = jsonTypeOf(type);
  if (json !== undefined) return json === 'json' ? 'json' : 'ndjson';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type.startsWith('multipart/')) return 'multipart';
  return type.startsWith('text/') ? 'text' : 'unknown';
}

/** A parameter's value, quoted or not (RFC 9110 §5.6.6). */
function parameter(parameters: string, name: string): string | undefined {
  const pattern = /(?:^|;)\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;
  for (const [, key = '', quoted, token] of parameters.matchAll(pattern)) {
    if (key.toLowerCase() === name) return quoted?.replace(/\\(.)/g, '$1') ?? token;
  }
  return undefined;
}
