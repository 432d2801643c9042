import type { DecodedTexts } from './encoded/texts.ts';

/** What the scanner takes and gives. Everything here is pure: bytes in, spans out. */

/** A half-open range of bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A range in which a secret stands. */
export interface Span extends Range {
  /** The type's name, `[A-Z0-9_]+`, at most 32 characters. */
  readonly type: string;
  /**
   * How many layers of JSON escaping lie over the span's text, counted from the bytes that were
   * scanned: the secret itself is the span decoded this often. 0 where the span holds no escape.
   */
  readonly depth: number;
  /**
   * Present where the secret stands in base64 or hex: the characters that hold it. The span is all
   * that is encoded with it, and what is replaced is that text, not what it stands for.
   */
  readonly core?: Range;
}

/** A place that the redactor must look at, found in the same pass as the secrets. */
export interface Mark {
  readonly offset: number;
  /**
   * `placeholder`: something that may be a literal placeholder begins around `offset`, which lies
   * in whatever stands for its `<`. `base64`: a data URL's `;base64,` or the
   * quoted word `"base64"` begins at `offset`: file data may stand near. `file`: so does the name of
   * a field that holds such data without one of these.
   */
  readonly kind: 'placeholder' | 'base64' | 'file' | 'colour';
}

export interface ScanInput {
  readonly bytes: Uint8Array;
  /**
   * How many layers of JSON escaping the text at an offset is known to stand under: 0 in plain
   * text, 1 in the strings of a JSON document, 2 in strings of JSON inside such a string. Asked
   * around candidates only. Absent: 0 everywhere.
   */
  readonly depthAt?: (offset: number) => number;
  /** The conversation has met a private-key marker: runs of three base64 lines count as one. */
  readonly privateKeySeen?: boolean;
}

export interface ScanOutput {
  /** Sorted, disjoint. */
  readonly spans: readonly Span[];
  /** Sorted. */
  readonly marks: readonly Mark[];
  /**
   * The bytes hold escapes that could hide a secret from a scan of raw bytes (an escaped ASCII
   * token character, `\/`): a JSON document must be scanned string by string, decoded.
   */
  readonly hazard: boolean;
  /**
   * Where the same stands in the text below one more layer of escapes (`\\\\u0041`), in any order;
   * of many places the first ones.
   */
  readonly belowAt: readonly number[];
  /** A character is written by its code (`\\u00e9`), in whatever layer of escapes. */
  readonly escapesByCode: boolean;
  /** A percent sign stands somewhere. */
  readonly percent: boolean;
  /** So does the byte that begins the control codes of terminals. */
  readonly escape: boolean;
  /** A private-key marker stands somewhere. */
  readonly privateKeySeen: boolean;
  /**
   * What stands there, but not as it is: lines that were put together, what dumps show, what base64
   * and hex stand for. Exact values are to be looked for in it too.
   */
  readonly shown: readonly DecodedTexts[];
}

/** A compiled set of patterns; holds the WebAssembly memory it scans in. Not re-entrant. */
export interface Scanner {
  /** Names of all types it looks for, sorted. */
  readonly types: readonly string[];
  scan(input: ScanInput): ScanOutput;
}

/** An occurrence of an exact value. */
export interface ExactHit {
  readonly start: number;
  readonly end: number;
  /** What was given to {@link ExactMatcher.add}. */
  readonly id: string;
  /** Layers of JSON escaping in which the value was found, as in {@link Span.depth}. */
  readonly depth: number;
  /** As in {@link Span.core}. */
  readonly core?: Range;
}

/**
 * Finds exact values (whatever came back to a client, and known secrets), also under up to three
 * layers of JSON escaping as the common encoders write them, up to six in JavaScript's style, and in
 * base64 and hex. Values have at
 * least 8 bytes.
 */
export interface ExactMatcher {
  readonly size: number;
  /**
   * Whether some value holds characters that JSON encoders escape in more ways than are looked for:
   * a text with escapes must be searched decoded, too.
   */
  readonly escapable: boolean;
  add(id: string, value: Uint8Array): void;
  delete(id: string): void;
  /** Sorted by start; overlapping hits are all reported. */
  find(bytes: Uint8Array): readonly ExactHit[];
}
