import type { Match, MatchText } from '../match.ts';
import { matchForm } from '../match.ts';
import { findPrivateKeys, PEM_ANCHORS, PEM_TYPE } from '../pem/find.ts';
import { longRunEnds } from '../pem/loose.ts';
import { createRunReader } from '../run-reader.ts';
import type { Range, Span } from '../types.ts';
import {
  type Beginning,
  byteAt,
  decodeRun,
  type EncodedAnchor,
  type Encoding,
  GROUP_BYTES,
  GROUP_CHARS,
} from './anchors.ts';
import { afterEscape, createRunFinder, type Run, wholeText } from './run.ts';

/** Looks at the places where the kernel saw the encoded beginning of a secret. */
export interface EncodedFinder {
  /** @param window - where the anchor's window stands */
  look(target: EncodedAnchor, window: number): void;
  readonly spans: readonly Span[];
}

/** A run, decoded from one place of its grid on. */
interface Decoded extends MatchText {
  readonly bytes: Buffer;
  /** Where the first group begins; before the run where that begins within a group. */
  readonly from: number;
  /** Whether it was searched for private keys. */
  searched: boolean;
}

const PLAIN = (): number => 0;

/**
 * @param isAllowed - whether the operator says that a text is no secret
 */
export function createEncodedFinder(
  bytes: Uint8Array,
  isAllowed: (bytes: Uint8Array, range: Range) => boolean,
): EncodedFinder {
  const runAt = createRunFinder(bytes);
  const spans: Span[] = [];
  let run: Run | undefined;
  let texts: Record<Encoding, (Decoded | undefined)[]> = { base64: [], hex: [] };

  function decodedAt(encoding: Encoding, first: number, around: Run): Decoded {
    if (run !== around) {
      run = around;
      texts = { base64: [], hex: [] };
    }
    // What belongs to an escape before it is no part of what is encoded.
    const behind = afterEscape(bytes, around.start);
    const start = behind <= first ? behind : around.start;
    const chars = GROUP_CHARS[encoding];
    const lacking = (((start - first) % chars) + chars) % chars;
    const key = start === around.start ? lacking : lacking + chars;
    const known = texts[encoding][key];
    if (known !== undefined) return known;
    const made = decode(bytes, encoding, { ...around, start }, lacking);
    texts[encoding][key] = made;
    return made;
  }

  function report(type: string, encoding: Encoding, text: Decoded, match: Match): void {
    if (isAllowed(text.bytes, match)) return;
    const around = run as Run;
    const core = {
      start: Math.max(around.start, text.from + charsBefore(encoding, match.start, Math.floor)),
      end: Math.min(around.end, text.from + charsBefore(encoding, match.end, Math.ceil)),
    };
    const { start, end } = wholeText(bytes, encoding, core, around, text.from);
    spans.push({ start, end, type, depth: 0, core });
  }

  return {
    spans,
    look({ encoding, anchor, lead, begins }, window) {
      const last = spans.at(-1);
      if (last !== undefined && window >= last.start && window < last.end) return;
      const first = window - anchor.offset;
      let longest: { readonly type: string; readonly match: Match } | undefined;
      let text: Decoded | undefined;
      for (const beginning of begins) {
        if (!beginsHere(bytes, encoding, first, lead, beginning)) continue;
        text ??= decodedAt(encoding, first, runAt(encoding, window));
        const { form } = beginning;
        if (form === undefined) {
          if (text.searched) continue;
          text.searched = true;
          for (const key of privateKeys(text.bytes)) report(PEM_TYPE, encoding, text, key);
          continue;
        }
        const groups = (first - text.from) / GROUP_CHARS[encoding];
        const begin = groups * GROUP_BYTES[encoding] + lead;
        const match = matchForm(form, text, begin + form.anchor.offset);
        if (match !== undefined && match.end > (longest?.match.end ?? 0)) {
          longest = { type: form.type, match };
        }
      }
      if (text !== undefined && longest !== undefined) {
        report(longest.type, encoding, text, longest.match);
      }
    },
  };
}

/** Whether the first bytes are right: a long run is not decoded for a few characters of chance. */
function beginsHere(
  bytes: Uint8Array,
  encoding: Encoding,
  first: number,
  lead: number,
  { prefix }: Beginning,
): boolean {
  for (let i = 0; i < prefix.length; i++) {
    const byte = byteAt(bytes, encoding, first, lead + i);
    if (byte === undefined || prefix[i]?.has[byte] !== 1) return false;
  }
  return true;
}

function privateKeys(bytes: Buffer): readonly Match[] {
  const anchors: number[] = [];
  for (const text of PEM_ANCHORS) {
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) anchors.push(at);
  }
  anchors.sort((a, b) => a - b);
  const runEnds = (): number[] => longRunEnds(bytes);
  return findPrivateKeys({ bytes, depthAt: PLAIN, anchors, privateKeySeen: false, runEnds }).spans;
}

function decode(bytes: Uint8Array, encoding: Encoding, run: Run, lacking: number): Decoded {
  const decoded = decodeRun(bytes, encoding, run.start, run.end, lacking);
  return {
    bytes: decoded,
    from: run.start - lacking,
    runEnd: createRunReader(decoded),
    depthAt: PLAIN,
    searched: false,
  };
}

/** How many characters stand for so many bytes. */
export function charsBefore(
  encoding: Encoding,
  count: number,
  round: (value: number) => number,
): number {
  return encoding === 'hex' ? 2 * count : round((count * 4) / 3);
}
