import { needsEscape } from '../json/text.ts';
import type { Finding } from './finding.ts';
import { decodeThrough } from './view.ts';

/**
 * What JSON escapes comes back escaped as often as its place is known to be: in the strings of a
 * document, and of one in its arguments. Where more layers lie over it, as in a file of JSON that a
 * tool printed, it is a text of its own without those that are known, and comes back as it stood.
 *
 * @param depthAt - as in `ScanInput`
 */
export function underKnownLayers(
  bytes: Buffer,
  finding: Finding,
  depthAt: (offset: number) => number = () => 0,
): Finding {
  const { start, end, layers } = finding;
  if (layers.length === 0 || layers.some((layer) => layer !== 'escape')) return finding;
  const known = layers.slice(0, depthAt(start));
  if (known.length === layers.length) return finding;
  const isEscaped = needsEscape(decodeThrough(bytes.subarray(start, end), layers));
  return isEscaped ? { ...finding, layers: known } : finding;
}
