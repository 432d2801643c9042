import type { Range } from '../detect/types.ts';
import { isJson } from '../detect/well-formed.ts';
import { type JsonNode, parseJson } from '../json/parse.ts';
import { createStringFinder, type FoundString, type StringFinder } from '../json/strings.ts';
import { lastNames } from '../providers/paths.ts';
import { type Draft, type DraftEdit, replaceFinding, splice, withLiterals } from './draft.ts';
import type { FileData } from './file-data.ts';
import { mayHoldFiles } from './file-marks.ts';
import type { Finding } from './finding.ts';
import { inspect } from './inspect.ts';
import { createExemptions } from './opaque.ts';
import { holdsPercent, percentSurroundings } from './percent.ts';
import { secretInOpaqueField } from './refusals.ts';
import { redactText } from './text.ts';
import type { RedactionContext } from './types.ts';
import { decodeThrough } from './view.ts';

export interface JsonOptions {
  /** Takes the decoding way even where the raw bytes hide nothing; for tests. */
  readonly decode?: boolean;
}

/**
 * Redacts a JSON document by splicing its raw bytes. It is parsed only where a secret or a file
 * stands under a name that an exemption could hold for.
 */
export function redactJson(bytes: Buffer, ctx: RedactionContext, options: JsonOptions = {}): Draft {
  const tree = lazily(() => parseJson(bytes));
  const asText = (): Draft => redactText(bytes, ctx, { percent: 'percent', depthAt: () => 1 });
  if (!beginsAsJson(bytes) && !isJson(bytes)) return asText();
  const strings = createStringFinder(bytes, tree);
  const inspection = inspect(bytes, ctx, { ...options, depthAt: depthIn(strings, ctx) });
  const { findings, marks, privateKeySeen } = inspection;
  if (mayHideInPercent(bytes, inspection.percentWords, ctx) && !isJson(bytes)) return asText();
  const hasFiles =
    inspection.isHidden || mayHoldFiles(bytes, marks, ctx.grammar.opaqueRequest, strings);
  if (findings.length === 0 && marks.length === 0 && !hasFiles) {
    return { edits: [], privateKeySeen };
  }

  const { pieces, around, isOutside } = cutAtStrings(bytes, findings, strings);
  // In JSON nothing but a number can be a secret outside of strings: this may be none.
  if (isOutside && !isJson(bytes)) return asText();
  const exemptions = createExemptions(bytes, ctx.grammar.opaqueRequest, tree);
  const files = new Set<FileData>(hasFiles ? exemptions.files() : []);
  const edits: DraftEdit[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const edit = replacePiece(pieces[i] as Finding, around[i]);
    if (edit !== undefined) edits.push(edit);
  }
  for (const file of files) edits.push(...redactFile(file, ctx));
  const isExempt = (offset: number): boolean => {
    const string = strings.around(offset);
    return string !== undefined && exemptions.of(string) !== 'plain';
  };
  return { edits: withLiterals(edits, bytes, inspection, ctx, isExempt), privateKeySeen };

  function replacePiece(piece: Finding, string: FoundString | undefined): DraftEdit | undefined {
    if (string === undefined) return quoted(replaceFinding(bytes, piece, ctx));
    const treatment = exemptions.of(string);
    if (treatment === 'plain') return replaceFinding(bytes, piece, ctx);
    if (treatment !== 'opaque') files.add(treatment);
    else if (piece.exact) throw secretInOpaqueField(string.key);
    return undefined;
  }
}

/** As deep as percent-encoding in broken JSON is looked through. */
const PERCENT_LAYERS = 3;

/**
 * Whether percent-encoding may hide a secret where only the whole text, decoded, shows it. In JSON
 * nobody encodes more than words; only in what is none must all of it be looked through.
 */
function mayHideInPercent(bytes: Buffer, words: readonly Range[], ctx: RedactionContext): boolean {
  let text = percentSurroundings(bytes, words);
  for (let layer = 0; text !== undefined && layer < PERCENT_LAYERS; layer++) {
    if (!holdsPercent(text)) return false;
    text = decodeThrough(text, ['percent']);
    const found = ctx.scanner.scan({ bytes: text });
    if (found.spans.length > 0 || found.marks.length > 0) return true;
    if (found.hazard || found.belowAt.length > 0 || found.privateKeySeen) return true;
    if (ctx.exact.find(text).length > 0) return true;
  }
  return text !== undefined;
}

/** Two layers over the strings that hold JSON source, one over all others. */
function depthIn(strings: StringFinder, ctx: RedactionContext): (offset: number) => number {
  const sources = lastNames(ctx.grammar.jsonSource);
  return (offset) => {
    const key = sources.size === 0 ? undefined : strings.around(offset)?.key;
    return key !== undefined && sources.has(key) ? 2 : 1;
  };
}

/** Findings, each within one string or number. */
interface Pieces {
  readonly pieces: readonly Finding[];
  /** The string around each of them; undefined for a number. */
  readonly around: readonly (FoundString | undefined)[];
  /** Whether one stands outside of strings. */
  readonly isOutside: boolean;
}

/**
 * Cuts findings where strings end: a pattern may match over a quote, but a document in which a
 * quote is replaced is none. A number of which something is a secret is one as a whole.
 */
function cutAtStrings(bytes: Buffer, findings: readonly Finding[], strings: StringFinder): Pieces {
  const pieces: Finding[] = [];
  const around: (FoundString | undefined)[] = [];
  let isOutside = false;
  let done = 0;
  const take = (finding: Finding, start: number, end: number, string?: FoundString): void => {
    const isWhole = start === finding.start && end === finding.end;
    if (end > start) {
      pieces.push(isWhole ? finding : { ...finding, start, end });
      around.push(string);
    }
    done = Math.max(done, end);
  };
  for (const finding of findings) {
    for (let at = Math.max(finding.start, done); at < finding.end; ) {
      const inside = strings.around(at);
      if (inside === undefined) {
        isOutside = true;
        const number = numberAround(bytes, at, done);
        take(finding, number.start, number.end);
      }
      const string = inside ?? strings.after(at);
      if (string === undefined || string.start >= finding.end) break;
      take(finding, Math.max(at, string.start), Math.min(finding.end, string.end), string);
      at = string.end + 1;
    }
  }
  return { pieces, around, isOutside };
}

/** The number at an offset; empty where there is none. */
function numberAround(bytes: Buffer, at: number, floor: number): { start: number; end: number } {
  let start = at;
  let end = at;
  while (isOfNumber(bytes[end])) end++;
  if (end === at) return { start, end };
  while (start > floor && isOfNumber(bytes[start - 1])) start--;
  return { start, end };
}

function isOfNumber(byte: number | undefined): boolean {
  return byte !== undefined && '0123456789+-.eE'.includes(String.fromCharCode(byte));
}

function quoted(edit: DraftEdit): DraftEdit {
  return { ...edit, bytes: Buffer.concat([QUOTE, edit.bytes, QUOTE]) };
}

const QUOTE = Buffer.from('"');

/** Redacts a file's text and encodes it anew; a file without a secret stays as it came. */
function redactFile(file: FileData, ctx: RedactionContext): DraftEdit[] {
  const { parts, changed, redactions } = splice(file.text, redactText(file.text, ctx));
  if (!changed) return [];
  const bytes = Buffer.from(Buffer.concat(parts).toString('base64'), 'latin1');
  return [{ start: file.start, end: file.end, bytes, redactions }];
}

/** Most bodies of another format that are declared as JSON show it in their first byte. */
function beginsAsJson(bytes: Buffer): boolean {
  return /^\s*["[{]/.test(bytes.toString('latin1', 0, 64));
}

function lazily(make: () => JsonNode | undefined): () => JsonNode | undefined {
  let made: { readonly node: JsonNode | undefined } | undefined;
  return () => {
    made ??= { node: make() };
    return made.node;
  };
}
