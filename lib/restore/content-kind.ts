import { jsonTypeOf } from '../json/media-type.ts';

/** How an answer is restored. */
export type ContentKind = 'sse' | 'lines' | 'json' | 'text' | 'binary';

/** Tells it from an answer's first bytes; `undefined` where they do not say yet. */
export type Sniff = (first: Buffer) => ContentKind | undefined;

const TEXT = new Set([
  'xml',
  'javascript',
  'ecmascript',
  'x-javascript',
  'x-www-form-urlencoded',
  'yaml',
  'x-yaml',
  'toml',
  'graphql',
  'sql',
  'x-sh',
  'http',
]);

/** What a content type asks for, or how the bytes say it where it does not. */
export function kindOf(contentType: string | undefined): ContentKind | Sniff {
  const [media = ''] = (contentType ?? '').split(';');
  const type = media.trim().toLowerCase();
  const [top = '', sub = ''] = type.split('/');
  if (top === '' || sub === '') return kindOfBytes;
  const json = jsonTypeOf(type);
  if (json !== undefined) return json;
  if (top === 'text') return sub === 'event-stream' ? 'sse' : 'text';
  if (top === 'multipart' || TEXT.has(sub) || sub.endsWith('+xml')) return 'text';
  if (top === 'application' && sub === 'octet-stream') return kindOfFile;
  return 'binary';
}

/**
 * What the first bytes of a file say that is fetched as it was put. If it was text it has been redacted:
 * as JSON, or as text. Other bytes hold no placeholder that this conversation has sent, and nothing
 * else is replaced.
 */
function kindOfFile(first: Buffer): ContentKind | undefined {
  const bytes = first.toString('latin1', 0, 256);
  if (/^\s*\[?\s*$/.test(bytes)) return bytes.length < 256 ? undefined : 'text';
  // Lines of a log may begin with a bracket too.
  return /^\s*(?:\{|\[\s*[{["])/.test(bytes) ? 'json' : 'text';
}

const FIELD = /^(?::|data:|event:|id:|retry:)/;

const MARK = '\xef\xbb\xbf';

/**
 * What the first bytes of an answer without a content type say. The first that is no space decides,
 * so that the answer does not depend on how it is cut.
 */
function kindOfBytes(first: Buffer): ContentKind | undefined {
  const bytes = first.toString('latin1', 0, 256);
  if (MARK.startsWith(bytes)) return undefined;
  const text = bytes.replace(/^(?:\xef\xbb\xbf)?[\s]*/, '');
  if (text === '') return undefined;
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  if (FIELD.test(text)) return 'sse';
  const mayBeField = ['data:', 'event:', 'id:', 'retry:'].some((field) => field.startsWith(text));
  if (mayBeField) return undefined;
  return BINARY.test(text) ? 'binary' : 'text';
}

/** Controls, and what begins no character of UTF-8. */
const BINARY = /^[^\t\n\f\r -~\xc2-\xf4]/;
