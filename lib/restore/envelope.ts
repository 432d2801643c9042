import type { JsonNode, JsonObject, JsonString } from '../json/parse.ts';
import { textOf } from '../providers/paths.ts';

/** An event but for the text of one delta in it. */
export interface Envelope {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Copies the envelope of an event around one of its deltas.
 *
 * Only what places the delta is copied. Whatever else stood beside it has been delivered with the
 * event already, and clients add up names and ids of tool calls, usage and log-probabilities.
 */
export function envelopeOf(bytes: Uint8Array, root: JsonNode, delta: JsonString): Envelope {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let before = '';
  let after = '';
  let node = root;
  for (let isRoot = true; node !== delta; isRoot = false) {
    if (node.kind === 'array') {
      const items: readonly JsonNode[] = node.items;
      before += '[';
      after = `]${after}`;
      node = items.find((item) => holds(item, delta)) as JsonNode;
    } else {
      const object = node as JsonObject;
      const on = object.members.findIndex(({ value }) => holds(value, delta));
      const sources = object.members.map(({ key, value }, position) => {
        const kept = position === on ? '' : keptSource(raw, textOf(key, raw), value, isRoot);
        return kept === undefined ? undefined : `"${source(raw, key)}":${kept}`;
      });
      before += `{${join(sources.slice(0, on + 1))}`;
      const rest = join(sources.slice(on + 1));
      after = `${rest === '' ? '' : ','}${rest}}${after}`;
      node = object.members[on]?.value as JsonNode;
    }
  }
  return { before: Buffer.from(`${before}"`, 'latin1'), after: Buffer.from(`"${after}`, 'latin1') };
}

/** The source of what an envelope keeps beside the way to its delta. */
function keptSource(raw: Buffer, name: string, value: JsonNode, root: boolean): string | undefined {
  if (value.kind === 'scalar') return source(raw, value);
  if (value.kind === 'string')
    return root || name === 'type' ? `"${source(raw, value)}"` : undefined;
  return root && value.kind === 'array' ? '[]' : undefined;
}

function holds(node: JsonNode, inner: JsonNode): boolean {
  return node.start <= inner.start && inner.end <= node.end;
}

function join(sources: readonly (string | undefined)[]): string {
  return sources.filter((part) => part !== undefined).join(',');
}

function source(raw: Buffer, node: JsonNode): string {
  return raw.toString('latin1', node.start, node.end);
}
