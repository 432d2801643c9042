const LINES = new Set([
  'ndjson',
  'x-ndjson',
  'jsonl',
  'x-jsonl',
  'jsonlines',
  'x-jsonlines',
  'json-lines',
  'json-seq',
]);

/**
 * Whether a media type is one of JSON: of one document, or of one a line.
 *
 * @param type - lower case, without parameters
 */
export function jsonTypeOf(type: string): 'json' | 'lines' | undefined {
  const [top, sub = ''] = type.split('/');
  if (sub === 'json' || sub.endsWith('+json')) return 'json';
  return top === 'application' && LINES.has(sub) ? 'lines' : undefined;
}
