import type { OffsetMap } from '../json/offset-map.ts';
import { type DecodedText, decodeEscapes } from '../json/text.ts';
import { withoutColours } from './colours.ts';
import { decodePercent } from './percent.ts';

/** One way of writing text as other text; `colour`: with control codes of terminals in it. */
export type Layer = 'escape' | 'percent' | 'form' | 'colour';

/** A message as it reads with some layers taken off. */
export interface View {
  readonly bytes: Buffer;
  /** From the text of each layer to that of the one above it, innermost first. */
  readonly origins: readonly OffsetMap[];
  /** The layers that were taken off, outermost first. */
  readonly layers: readonly Layer[];
}

/** The message itself. */
export function rawView(bytes: Buffer): View {
  return { bytes, origins: [], layers: [] };
}

/** The view below one more layer. */
export function lookThrough(view: View, layer: Layer): View {
  return viewThrough(view, decodeLayer(view.bytes, layer), layer);
}

/** The view of what was decoded from a view by taking off one more layer. */
export function viewThrough(view: View, decoded: DecodedText, layer: Layer): View {
  return { ...viewBelow(view, decoded), layers: [...view.layers, layer] };
}

/** The view of a text that was decoded from a view, with the same layers. */
export function viewBelow(view: View, { bytes, origin }: DecodedText): View {
  return { bytes, origins: [origin, ...view.origins], layers: view.layers };
}

/** Where a view's offset stands in the message. */
export function originOf(view: View, offset: number): number {
  let at = offset;
  for (const origin of view.origins) at = origin.at(at);
  return at;
}

/** The text below layers. */
export function decodeThrough(raw: Buffer, layers: readonly Layer[]): Buffer {
  return layers.reduce((text, layer) => decodeLayer(text, layer).bytes, raw);
}

function decodeLayer(bytes: Uint8Array, layer: Layer): DecodedText {
  if (layer === 'colour') return withoutColours(bytes);
  return layer === 'escape' ? decodeEscapes(bytes) : decodePercent(bytes, layer === 'form');
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
