import type { PatternPolicy } from '../config/types.ts';
import { createAllowList } from './allow-list.ts';
import { type AnchorFinder, createAnchorFinder, noRuns } from './anchor-finder.ts';
import { addAnchors, writeBuckets } from './anchor-tables.ts';
import { addApart } from './apart/apart.ts';
import { findAssigned } from './assigned/find.ts';
import { findPlaced } from './assigned/places.ts';
import { bucketsFor } from './buckets.ts';
import { loadTables, type PlacedTarget } from './built-in-tables.ts';
import { formOf } from './built-in-targets.ts';
import { type DecodedTexts, decodeTexts, type TextStarts } from './encoded/texts.ts';
import { type UnwrappedText, unwrapLines } from './encoded/wrapped.ts';
import { TABLES } from './generated/tables.ts';
import { hidesAt, isCharacterAt, markAt } from './marks.ts';
import { type Match, matchForm } from './match.ts';
import {
  type CompiledOperatorPattern,
  compileOperatorPattern,
  type Keyword,
  windowsOf,
} from './operator-pattern.ts';
import { inPlace, type Met, PLAIN, placeAll, readOtherwise } from './otherwise.ts';
import { BUILT_IN_TYPES, PATTERNS } from './patterns.ts';
import { holdsEscape } from './pem/block.ts';
import { findPrivateKeys, PEM_TYPE } from './pem/find.ts';
import { searchRegex } from './regex/search.ts';
import { createRunReader } from './run-reader.ts';
import { apartFrom, areApart, uniteSpans, withoutKnown } from './spans.ts';
import { checkTypeNames } from './type-names.ts';
import type { Mark, ScanInput, Scanner, ScanOutput, Span } from './types.ts';

/** What an anchor announces. */
type Target = PlacedTarget | KeywordTarget;

interface KeywordTarget {
  readonly kind: 'keyword';
  readonly offset: number;
  readonly pattern: CompiledOperatorPattern;
  readonly keyword: Keyword;
}

interface KeywordHit {
  readonly offset: number;
  readonly keyword: Keyword;
}

/** Encodings within encodings: the token in a Kubernetes Secret that is the login of a registry. */
const MOST_ENCODINGS = 2;

/**
 * Compiles the built-in patterns and the operator's.
 *
 * @throws WaterwallError `config-invalid` where an entry cannot be used; the message says which
 */
export function compileScanner(options: PatternPolicy): Scanner {
  checkTypeNames(options.disable, BUILT_IN_TYPES);
  const disabled = new Set(options.disable);
  const builtIn = PATTERNS.filter(({ type }) => !disabled.has(type));
  const operator = options.patterns.map(compileOperatorPattern);
  const isAllowed = createAllowList(options.allow);
  const allowsSome = options.allow.length > 0;
  const findsKeys = !disabled.has(PEM_TYPE);
  const targets: readonly Target[] = [...TABLES.targets, ...operator.flatMap(keywordTargets)];
  const isOn = targets.map((target) => !('type' in target && disabled.has(target.type)));
  const finder = createFinder(operator);
  const types = new Set([...builtIn, ...operator].map(({ type }) => type));

  /**
   * The text that base64 and hex stand for.
   *
   * @param known - what was found; nothing is looked for within it
   */
  const decodedIn = (
    bytes: Uint8Array,
    starts: TextStarts,
    known: readonly Span[],
    encodings: number,
    inLines = false,
  ): DecodedTexts | undefined =>
    encodings === 0 || starts.base64.length + starts.hex.length === 0
      ? undefined
      : decodeTexts(bytes, starts, uniteSpans(known), inLines);

  const decodedInLines = (lines: UnwrappedText, encodings: number): DecodedTexts | undefined => {
    const runs = noRuns();
    finder.find(lines.bytes, () => undefined, runs);
    const texts = decodedIn(lines.bytes, runs.texts, [], encodings, true);
    return texts && { bytes: texts.bytes, place: (found) => placeAll(lines, texts.place(found)) };
  };

  const scan = (input: ScanInput, encodings: number): ScanOutput => {
    const { depthAt = PLAIN } = input;
    const bytes = Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.length);
    const spans: Span[] = [];
    const contextual: Span[] = [];
    const assigned: Span[] = [];
    const marks: Mark[] = [];
    const pemAnchors: number[] = [];
    const met: Met = { dumpLines: [], wide: [], apart: [] };
    const keywordHits = new Map<CompiledOperatorPattern, KeywordHit[]>();
    let hazard = false;
    const belowAt: number[] = [];
    let escapesByCode = false;
    const text = {
      bytes,
      depthAt,
      runEnd: createRunReader(bytes),
      refuted: { form: undefined, from: 0, end: 0 },
      onHidden: () => {
        hazard = true;
      },
    };
    const runs = noRuns();
    const signs = finder.find(
      bytes,
      (window, id) => {
        if (!isOn[id]) return;
        const target = targets[id] as Target;
        const at = window - target.offset;
        if (target.kind === 'form') {
          const form = formOf(target);
          const match = matchForm(form, text, window);
          if (match !== undefined) addSpan(form.contextual ? contextual : spans, match, form.type);
        } else if (target.kind === 'dump') {
          met.dumpLines.push(at + target.before);
        } else if (at < 0) {
          // Stale bytes before the text cannot be part of it.
        } else if (target.kind === 'assigned') {
          const { from, length, worth, type } = target;
          for (const match of findAssigned(text, at + from, length, worth))
            addAssigned(assigned, input, match, type);
        } else if (target.kind === 'mark') {
          const mark = markAt(target.rule, bytes, at);
          if (mark !== undefined) marks.push(mark);
        } else if (target.kind === 'hazard') {
          const hides = hidesAt(bytes, at);
          hazard ||= hides === 'here';
          if (hides === 'below') addBelow(belowAt, at);
          if (hazard && belowAt.length >= MOST_BELOW) finder.mute(id);
        } else if (target.kind === 'escape') {
          escapesByCode ||= isCharacterAt(bytes, at);
          if (escapesByCode) finder.mute(id);
        } else if (target.kind === 'slashes-below') {
          addBelow(belowAt, at);
          if (belowAt.length >= MOST_BELOW) finder.mute(id);
        } else if (target.kind === 'pem') {
          pemAnchors.push(at);
        } else if (target.kind === 'wide') {
          met.wide.push(at);
        } else if (target.kind === 'apart') {
          addApart(met.apart, at, target.beginning);
        } else if (target.kind === 'placed') {
          const { place, length, worth, type } = target;
          const match = findPlaced(text, place, at + length, worth);
          if (match !== undefined) addAssigned(contextual, input, match, type);
        } else {
          const hits = keywordHits.get(target.pattern);
          const hit = { offset: at, keyword: target.keyword };
          if (hits === undefined) keywordHits.set(target.pattern, [hit]);
          else hits.push(hit);
        }
      },
      runs,
    );
    const { lineEnds, ends, texts } = runs;
    const unwrapped = lineEnds.length === 0 ? undefined : unwrapLines(bytes, lineEnds, depthAt);
    const shown: DecodedTexts[] = [];
    const lookInto = (found: DecodedTexts | undefined): void => {
      if (found === undefined) return;
      shown.push(found);
      addAll(spans, found.place(scan({ bytes: found.bytes }, encodings - 1).spans));
    };
    lookInto(decodedIn(bytes, texts, spans, encodings));
    if (unwrapped !== undefined) {
      shown.push(inPlace(unwrapped));
      lookInto(decodedInLines(unwrapped, encodings));
    }
    // What would not be searched for secrets is not read.
    if (encodings > 0) for (const found of readOtherwise(input, met)) lookInto(found);
    for (const pattern of operator) {
      const hits = keywordHits.get(pattern) ?? [];
      if (pattern.keywords.length > 0 && hits.length === 0) continue;
      hazard ||= !pattern.program.verbatim && isEscaped(input, hits);
      for (const match of searchRegex(
        pattern.program,
        bytes,
        windowsOf(pattern, hits, bytes.length),
      )) {
        const escaped = holdsEscape(bytes, match.start, match.end);
        spans.push({ ...match, type: pattern.type, depth: escaped ? depthAt(match.start) : 0 });
      }
    }
    addAll(spans, withoutKnown(contextual, spans));
    const keys = findPrivateKeys({
      bytes,
      depthAt,
      anchors: pemAnchors.sort((a, b) => a - b),
      privateKeySeen: input.privateKeySeen ?? false,
      runEnds: () => [...lineEnds, ...ends].sort((a, b) => a - b),
    });
    if (findsKeys) addAll(spans, keys.spans);
    // The new value of a plan was found with the old one.
    if (!areApart(assigned)) assigned.sort((a, b) => a.start - b.start);
    addAll(spans, apartFrom(assigned, spans));
    return {
      spans: uniteSpans(allowsSome ? spans.filter((span) => !isAllowed(bytes, span)) : spans),
      marks: marks.sort((a, b) => a.offset - b.offset),
      hazard: hazard || signs.escapedSlash,
      belowAt,
      escapesByCode,
      percent: signs.percent,
      escape: signs.escape,
      privateKeySeen: keys.markerSeen,
      shown,
    };
  };
  return { types: [...types].sort(), scan: (input) => scan(input, MOST_ENCODINGS) };
}

/** Whether an expression that also matches what JSON escapes meets text that is escaped. */
function isEscaped({ depthAt }: ScanInput, hits: readonly KeywordHit[]): boolean {
  if (depthAt === undefined) return false;
  return hits.length === 0 || hits.some(({ offset }) => depthAt(offset) > 0);
}

/** Finds what the build has tables for, and the operator's keywords, in the order of the targets. */
function createFinder(operator: readonly CompiledOperatorPattern[]): AnchorFinder {
  const kernel = loadTables(TABLES);
  const added = operator.flatMap(({ keywords }) => keywords.map(({ anchor }) => anchor));
  if (added.length > 0) {
    addAnchors(kernel, TABLES.use, added);
    writeBuckets(kernel, bucketsFor(added));
  }
  return createAnchorFinder(kernel);
}

function keywordTargets(pattern: CompiledOperatorPattern): KeywordTarget[] {
  return pattern.keywords.map((keyword) => ({
    kind: 'keyword',
    offset: keyword.anchor.offset,
    pattern,
    keyword,
  }));
}

/** As `push(...)`, whose arguments must fit the stack. */
function addAll(spans: Span[], more: readonly Span[]): void {
  for (const span of more) spans.push(span);
}

/** Beyond so many the places do not matter: the whole text is decoded. */
export const MOST_BELOW = 64;

function addBelow(places: number[], at: number): void {
  if (places.length < MOST_BELOW) places.push(at);
}

/** Two names of one value (`client_secret_token`) are one find. */
function addAssigned(
  spans: Span[],
  { bytes, depthAt = PLAIN }: ScanInput,
  { start, end }: Match,
  type: string,
): void {
  if (spans.at(-1)?.start === start) return;
  spans.push({ start, end, type, depth: holdsEscape(bytes, start, end) ? depthAt(start) : 0 });
}

/** A match that lies within the one before adds nothing: floods of prefixes stay cheap. */
function addSpan(spans: Span[], { start, end }: Match, type: string): void {
  const last = spans.at(-1);
  if (last !== undefined && start >= last.start && end <= last.end) {
    if (start !== last.start || end !== last.end) return;
  }
  spans.push({ start, end, type, depth: 0 });
}
