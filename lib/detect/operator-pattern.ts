import type { OperatorPattern } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { type Anchor, chooseAnchor } from './anchor.ts';
import { anyCase, byteClass } from './byte-class.ts';
import { parseRegex, type RegexNode, RegexRefusal } from './regex/parse.ts';
import { compileRegex, longestOf, type RegexProgram } from './regex/program.ts';
import type { Window } from './regex/search.ts';

/** A pattern of the operator's, ready to be matched. */
export interface CompiledOperatorPattern {
  readonly type: string;
  readonly program: RegexProgram;
  /** A match holds one of these; empty: matches may begin anywhere. */
  readonly keywords: readonly Keyword[];
}

/** A text that every match holds, found by the kernel. */
export interface Keyword {
  readonly anchor: Anchor;
  /** How far before the keyword a match may begin; `Infinity` where there is no bound. */
  readonly reach: number;
}

const TYPE = /^[A-Z0-9_]{1,32}$/;
/** The kernel's windows have four positions. */
const SHORTEST_KEYWORD = 4;

/**
 * Compiles a pattern of `patterns.yaml`.
 *
 * @throws WaterwallError `config-invalid` with the type and the reason
 */
export function compileOperatorPattern(pattern: OperatorPattern): CompiledOperatorPattern {
  if (!TYPE.test(pattern.type)) {
    throw refuse(`pattern type ${JSON.stringify(pattern.type)} is not [A-Z0-9_]{1,32}`);
  }
  try {
    const node = parseRegex(pattern.regex);
    const program = compileRegex(node);
    const usable =
      pattern.keywords.length > 0 &&
      pattern.keywords.every((word) => word.length >= SHORTEST_KEYWORD);
    return {
      type: pattern.type,
      program,
      keywords: usable ? pattern.keywords.map((word) => keywordOf(word, node, program)) : [],
    };
  } catch (error) {
    if (!(error instanceof RegexRefusal)) throw error;
    throw refuse(`pattern ${pattern.type}: ${error.message}`);
  }
}

/** Compiles an `/expression/` of the allow list. */
export function compileAllowRegex(source: string): RegexProgram {
  try {
    return compileRegex(parseRegex(source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')));
  } catch (error) {
    if (!(error instanceof RegexRefusal)) throw error;
    throw refuse(`allow entry /${source}/: ${error.message}`);
  }
}

/** Where matches may begin, given where a pattern's keywords stand (sorted). */
export function windowsOf(
  pattern: CompiledOperatorPattern,
  hits: readonly { readonly offset: number; readonly keyword: Keyword }[],
  length: number,
): Window[] {
  if (pattern.keywords.length === 0) return [{ start: 0, end: length }];
  const windows = hits.map(({ offset, keyword }) => ({
    start: Math.max(0, offset - keyword.reach),
    end: offset,
  }));
  return windows.sort((a, b) => a.start - b.start);
}

function keywordOf(word: string, node: RegexNode, program: RegexProgram): Keyword {
  const positions = [...Buffer.from(word)].map((byte) => anyCase(byteClass([byte])));
  const anchor = chooseAnchor(positions);
  if (anchor === undefined)
    throw new RegexRefusal(`the keyword ${JSON.stringify(word)} cannot be searched for`);
  return { anchor, reach: reachOf(word.toLowerCase(), node) ?? program.longest };
}

/** How many bytes at most stand before a keyword that the expression spells out. */
function reachOf(word: string, node: RegexNode): number | undefined {
  if (node.kind !== 'sequence') return undefined;
  let before = 0;
  let spelled = '';
  for (const item of node.items) {
    const char = item.kind === 'set' ? spelling(item.set.has) : undefined;
    if (item.kind === 'boundary') continue;
    if (char === undefined) {
      before += spelled.length + longestOf(item);
      spelled = '';
      continue;
    }
    spelled += char;
    const found = spelled.indexOf(word);
    if (found >= 0) return before + found;
  }
  return undefined;
}

/** The character that a set stands for, in lower case; `undefined` where there are several. */
function spelling(has: Uint8Array): string | undefined {
  const members = [...has.keys()].filter((byte) => has[byte] === 1);
  const chars = new Set(members.map((byte) => String.fromCharCode(byte).toLowerCase()));
  return chars.size === 1 ? [...chars][0] : undefined;
}

function refuse(message: string): WaterwallError {
  return new WaterwallError('config-invalid', message, {
    fix: 'correct the entry in patterns.yaml; only linear-time expressions are run',
  });
}
