import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { invalid } from './invalid.ts';

/** Keys and indices from the root to a place. */
export type YamlPath = readonly (string | number)[];

/** A YAML file's value together with where each part of it stands. */
export interface YamlFile {
  readonly file: string;
  /** `{}` where the file holds nothing but comments. */
  readonly value: unknown;
  /** Line and column (from 1) of a key, or of an element of a list. */
  position(path: YamlPath): { readonly line: number; readonly column: number };
  /** All keys that are set, down to the leaves. */
  readonly document: Document;
}

/**
 * Parses YAML 1.2 strictly.
 *
 * @throws WaterwallError `config-invalid`; the parser's own messages quote the source, which may
 *   be a secret, so that only their codes are used.
 */
export function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    // It warns by writing out the source.
    logLevel: 'error',
  });
  const problem = document.errors[0] ?? document.warnings[0];
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (problem) {
    const what = PROBLEMS[problem.code] ?? 'is no valid YAML';
    throw invalid({ file, ...at(problem.pos[0]) }, '', what);
  }
  return {
    file,
    value: toValue(document, () =>
      invalid({ file, line: 1, column: 1 }, '', 'nests too many aliases'),
    ),
    position: (path) => at(offsetOf(document, path)),
    document,
  };
}

function toValue(document: Document, failure: () => Error): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    throw failure();
  }
}

/** Falls back to the nearest enclosing part that is there. */
function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'is not indented as YAML demands, or a bracket is missing',
  TAB_AS_INDENT: 'is indented with a tab; YAML wants spaces',
  DUPLICATE_KEY: 'the same key stands here a second time',
  MISSING_CHAR: 'a character is missing here (a quote, a bracket, a comma or a colon)',
  UNEXPECTED_TOKEN: 'something stands here that YAML does not allow',
  BAD_SCALAR_START: 'text that begins with this character needs quotes',
  BAD_DQ_ESCAPE:
    'this is no valid escape in double quotes; single quotes take backslashes as they are',
  BAD_ALIAS: 'text that begins with * or & needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a key must stand in one line; is a colon missing?',
  BLOCK_AS_IMPLICIT_KEY:
    'lists and maps cannot stand in a key’s own line; is a line break missing?',
  MULTIPLE_DOCS: 'a second document begins here; only one is read',
  TAG_RESOLVE_FAILED: 'tags (!…) are not used here; text that begins with ! needs quotes',
};
