import { MOST_BELOW } from '../detect/scanner.ts';
import type { ExactHit, Mark, Range, ScanOutput, Span } from '../detect/types.ts';
import { colouredParts } from './colours.ts';
import { escapedParts } from './escaped-parts.ts';
import { type Finding, preferValues, reachBefore, reachOf, unite } from './finding.ts';
import { holdsPercent, percentParts, percentWords } from './percent.ts';
import type { RedactionContext } from './types.ts';
import {
  type Layer,
  lookThrough,
  originOf,
  rawView,
  type View,
  viewBelow,
  viewThrough,
} from './view.ts';

/** What of the context an inspection needs: it changes nothing. */
export type InspectionContext = Pick<
  RedactionContext,
  'scanner' | 'exact' | 'now' | 'privateKeySeen'
> & { readonly vault: Pick<RedactionContext['vault'], 'get'> };

/** What stands in a message; offsets are the message's own. */
export interface Inspection {
  /** Sorted, disjoint. */
  readonly findings: readonly Finding[];
  /** Sorted by offset; one that stands in several views is there as often. */
  readonly marks: readonly Mark[];
  readonly privateKeySeen: boolean;
  /** The message's own strings are written so that the raw bytes do not show what they say. */
  readonly isHidden: boolean;
  /** The words with percent-encoded characters; not looked for where percent-encoding is an option. */
  readonly percentWords: readonly Range[];
}

export interface InspectionOptions {
  /** See `ScanInput.depthAt`. */
  readonly depthAt?: (offset: number) => number;
  /** Percent-encoding is seen through too; `both`: with a plus as itself, and as a space. */
  readonly percent?: 'percent' | 'form' | 'both';
  /** The decoded text is scanned even where the raw bytes hide nothing. */
  readonly decode?: boolean;
}

/** A known secret whose entry has left the store still has a type to be named by. */
const FORGOTTEN_TYPE = 'KNOWN_SECRET';

/**
 * Where a view does not show what its text says: anywhere; or only below one more layer, at these
 * offsets or at too many.
 */
type Hidden = 'nowhere' | 'anywhere' | 'below' | readonly number[];

/** As deep as agents nest JSON: tool output, in a call's arguments, in a request. */
const MAX_ESCAPES = 3;

const PLUS = 0x2b;
const NO_WORDS: readonly Range[] = [];

/** A link in a link's query; percent-encoding in text. */
const MOST_PERCENT = 2;

/** Layers below percent-encoding: a document in a form, a link within a link. */
const MAX_BELOW_PERCENT = 3;

/**
 * Finds the secrets of a message: in its bytes as they are, and, where those hide something, in
 * the text below each layer of escapes or percent-encoding.
 */
export function inspect(
  bytes: Buffer,
  ctx: InspectionContext,
  options: InspectionOptions = {},
): Inspection {
  let findings: Finding[] = [];
  const coloured: Finding[] = [];
  const marks: Mark[] = [];
  let privateKeySeen = ctx.privateKeySeen;
  /** Whether the view that was looked at last does. */
  let holdsPercentSign = false;

  const typeOf = ({ id }: ExactHit): string => ctx.vault.get(id, ctx.now)?.type ?? FORGOTTEN_TYPE;

  /** Percent-encoded parts are replaced as they stand, so that they come back so. */
  function lookAtPercent(view: View, words: readonly Range[], layers = MOST_PERCENT): void {
    const parts = percentParts(view.bytes, words);
    if (parts === undefined) return;
    const decoded = viewBelow(view, parts);
    const found = ctx.scanner.scan({ bytes: decoded.bytes, privateKeySeen });
    for (const span of found.spans)
      findings.push(place(decoded, { ...span, depth: 0 }, span.type, false));
    for (const hit of ctx.exact.find(decoded.bytes)) {
      findings.push(place(decoded, { ...hit, depth: 0 }, typeOf(hit), true));
    }
    if (layers > 1 && found.percent) {
      lookAtPercent(decoded, percentWords(decoded.bytes), layers - 1);
    }
  }

  const scan = (view: View): ScanOutput => {
    const { depthAt } = options;
    return ctx.scanner.scan({
      bytes: view.bytes,
      privateKeySeen,
      ...(depthAt && {
        depthAt: (offset: number) =>
          Math.max(0, depthAt(originOf(view, offset)) - view.layers.length),
      }),
    });
  };

  /**
   * A secret with codes in it is replaced with them, and comes back without. What is one by itself
   * up to a code ends there: the next word may be another one.
   */
  function lookAtColours(view: View, offsets: readonly number[]): void {
    const parts = colouredParts(view.bytes, offsets);
    if (parts === undefined) return;
    const { origin } = parts;
    const take = (span: Pick<Span, 'start' | 'end' | 'depth'>, type: string, isValue: boolean) => {
      const start = origin.at(span.start);
      const end = origin.at(span.end - 1) + 1;
      const finding = place(view, { start, end, depth: span.depth }, type, isValue);
      const isColoured = end - start > span.end - span.start;
      coloured.push(isColoured ? { ...finding, layers: [...finding.layers, 'colour'] } : finding);
    };
    const joined = viewBelow(view, parts);
    for (const span of scan(joined).spans) take(span, span.type, false);
    for (const hit of ctx.exact.find(joined.bytes)) take(hit, typeOf(hit), true);
  }

  function look(view: View): Hidden {
    const found = scan(view);
    for (const span of found.spans) findings.push(place(view, span, span.type, false));
    for (const hit of ctx.exact.find(view.bytes))
      findings.push(place(view, hit, typeOf(hit), true));
    for (const texts of found.shown) {
      const hits = ctx.exact.find(texts.bytes).map((hit): Span => {
        const { start, end } = hit.core ?? hit;
        return { start, end, type: typeOf(hit), depth: 0 };
      });
      if (hits.length === 0) continue;
      for (const span of texts.place(hits)) findings.push(place(view, span, span.type, true));
    }
    const codes: number[] = [];
    for (const { kind, offset } of found.marks) {
      if (kind === 'colour') codes.push(offset);
      else marks.push({ kind, offset: originOf(view, offset) });
    }
    if (found.escape || codes.length > 0) lookAtColours(view, codes);
    privateKeySeen ||= found.privateKeySeen;
    holdsPercentSign = found.percent;
    if (found.hazard || (ctx.exact.escapable && found.escapesByCode)) return 'anywhere';
    if (found.belowAt.length === 0) return 'nowhere';
    return found.belowAt.length < MOST_BELOW ? found.belowAt : 'below';
  }

  function lookBelow(from: View, layer: 'percent' | 'form'): void {
    const isPlain = !holdsPercent(from.bytes) && !(layer === 'form' && from.bytes.includes(PLUS));
    if (isPlain) return;
    let view = lookThrough(from, layer);
    let isHidden = look(view) !== 'nowhere';
    for (let left = MAX_BELOW_PERCENT; left > 0; left--) {
      if (!isHidden && !holdsPercent(view.bytes)) return;
      view = lookThrough(view, isHidden ? 'escape' : 'percent');
      isHidden = look(view) !== 'nowhere';
    }
  }

  const raw = rawView(bytes);
  let view = raw;
  let hidden = look(view);
  if (options.decode === true) hidden = 'anywhere';
  const isHidden = hidden === 'anywhere';
  const wordsOfRaw =
    holdsPercentSign && options.percent === undefined ? percentWords(bytes) : NO_WORDS;
  let isWhole = true;
  while (hidden !== 'nowhere' && view.layers.length < MAX_ESCAPES) {
    const parts = typeof hidden === 'string' ? undefined : escapedParts(view.bytes, hidden);
    isWhole &&= parts === undefined;
    view = parts === undefined ? lookThrough(view, 'escape') : viewThrough(view, parts, 'escape');
    hidden = look(view);
  }
  if (options.percent !== undefined) {
    const layer = options.percent === 'form' ? 'form' : 'percent';
    if (view !== raw) lookBelow(raw, layer);
    lookBelow(view, layer);
  } else {
    if (view !== raw && holdsPercentSign) lookAtPercent(view, percentWords(view.bytes));
    if (view === raw || !isWhole) lookAtPercent(raw, wordsOfRaw);
  }
  findings = findings.concat(apartFrom(findings, coloured));
  if (options.percent === 'both') {
    // A plus is ambiguous: where it can be itself, it is, but in a value that is known.
    const certain = unite(preferValues(findings));
    findings = [];
    lookBelow(raw, 'form');
    const values = findings.filter(({ exact }) => exact);
    findings = [...values, ...certain, ...apartFrom(certain, findings)];
  }
  return {
    findings: findings.length === 0 ? findings : unite(preferValues(findings)),
    marks: marks.sort((a, b) => a.offset - b.offset),
    privateKeySeen,
    isHidden,
    percentWords: wordsOfRaw,
  };
}

/** Those that touch none of others. */
function apartFrom(others: readonly Finding[], findings: readonly Finding[]): readonly Finding[] {
  if (others.length === 0 || findings.length === 0) return findings;
  const reach = reachOf(others);
  return findings.filter(({ start, end }) => reachBefore(reach, end) <= start);
}

function place(
  view: View,
  { start, end, depth, core }: Pick<Span, 'start' | 'end' | 'depth' | 'core'>,
  type: string,
  exact: boolean,
): Finding {
  const { layers } = view;
  if (depth === 0 && view.origins.length === 0) return { start, end, type, layers, exact, core };
  return {
    start: originOf(view, start),
    end: originOf(view, end),
    type,
    layers: depth === 0 ? layers : [...layers, ...new Array<Layer>(depth).fill('escape')],
    exact,
    core: core && view.origins.length > 0 ? placeRange(view, core) : core,
  };
}

function placeRange(view: View, { start, end }: Range): Range {
  return { start: originOf(view, start), end: originOf(view, end) };
}
