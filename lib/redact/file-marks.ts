import { startsWith } from '../detect/boundary.ts';
import type { Mark } from '../detect/types.ts';
import type { StringFinder } from '../json/strings.ts';
import type { OpaqueRule } from '../providers/types.ts';

const QUOTE = 0x22;
const QUOTED_BASE64 = Buffer.from('"base64"');

/**
 * Whether a document may hold file data, told without parsing it: code that an agent reads has
 * plenty of base64 marks that are none of the API's.
 */
export function mayHoldFiles(
  bytes: Buffer,
  marks: readonly Mark[],
  rules: readonly OpaqueRule[],
  strings: StringFinder,
): boolean {
  const cues = cuesOf(rules);
  return marks.some(({ kind, offset }) => {
    if (kind === 'base64') return isApiMark(bytes, offset, strings);
    return kind === 'file' && cues.some((cue) => startsWith(bytes, cue, offset));
  });
}

function isApiMark(bytes: Buffer, offset: number, strings: StringFinder): boolean {
  if (bytes[offset] === QUOTE) {
    // Written otherwise it was found below its escapes, and a parser must tell.
    const isPlain = bytes.subarray(offset, offset + QUOTED_BASE64.length).equals(QUOTED_BASE64);
    return !isPlain || /(?:^|:)\s*$/.test(bytes.toString('latin1', offset - 64, offset));
  }
  const string = strings.around(offset);
  if (string === undefined) return true;
  if (string.key === undefined) return false;
  return /^data:/i.test(bytes.toString('latin1', string.start, string.start + 5));
}

const cuesOfRules = new WeakMap<readonly OpaqueRule[], readonly Buffer[]>();

function cuesOf(rules: readonly OpaqueRule[]): readonly Buffer[] {
  let cues = cuesOfRules.get(rules);
  if (cues === undefined) {
    cues = [...new Set(rules.flatMap((rule) => rule.cue ?? []))].map((cue) => Buffer.from(cue));
    cuesOfRules.set(rules, cues);
  }
  return cues;
}
