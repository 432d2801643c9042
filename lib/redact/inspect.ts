import type { Mark } from '../detect/types.ts';
import { type Finding, unite } from './finding.ts';
import type { RedactionContext } from './types.ts';
import { type Layer, lookThrough, originOf, rawView, type View } from './view.ts';

/** What stands in a message; offsets are the message's own. */
export interface Inspection {
  /** Sorted, disjoint. */
  readonly findings: readonly Finding[];
  /** Sorted by offset; one that stands in several views is there as often. */
  readonly marks: readonly Mark[];
  readonly privateKeySeen: boolean;
}

export interface InspectionOptions {
  /** See `ScanInput.depthAt`. */
  readonly depthAt?: (offset: number) => number;
  /** Percent-encoding is seen through too. */
  readonly percent?: 'percent' | 'form';
  /** The decoded text is scanned even where the raw bytes hide nothing. */
  readonly decode?: boolean;
}

/** A known secret whose entry has left the store still has a type to be named by. */
const FORGOTTEN_TYPE = 'KNOWN_SECRET';

/** As deep as agents nest JSON: tool output, in a call's arguments, in a request. */
const MAX_ESCAPES = 3;

/**
 * Finds the secrets of a message: in its bytes as they are, and, where those hide something, in
 * the text below each layer of escapes or percent-encoding.
 */
export function inspect(
  bytes: Buffer,
  ctx: RedactionContext,
  options: InspectionOptions = {},
): Inspection {
  const findings: Finding[] = [];
  const marks: Mark[] = [];
  let privateKeySeen = ctx.privateKeySeen;

  function look(view: View): boolean {
    const { depthAt } = options;
    const found = ctx.scanner.scan({
      bytes: view.bytes,
      privateKeySeen,
      ...(depthAt && {
        depthAt: (offset: number) =>
          Math.max(0, depthAt(originOf(view, offset)) - view.layers.length),
      }),
    });
    for (const span of found.spans) findings.push(place(view, span, span.type, false));
    for (const hit of ctx.exact.find(view.bytes)) {
      const type = ctx.vault.get(hit.id, ctx.now)?.type ?? FORGOTTEN_TYPE;
      findings.push(place(view, hit, type, true));
    }
    for (const { kind, offset } of found.marks)
      marks.push({ kind, offset: originOf(view, offset) });
    privateKeySeen ||= found.privateKeySeen;
    return found.hazard || found.hazardBelow;
  }

  let view = rawView(bytes);
  let hidden = look(view) || options.decode === true;
  while (hidden && view.layers.length < MAX_ESCAPES) {
    view = lookThrough(view, 'escape');
    hidden = look(view);
  }
  if (options.percent !== undefined) {
    if (view.layers.length > 0) look(lookThrough(rawView(bytes), options.percent));
    look(lookThrough(view, options.percent));
  }
  return {
    findings: findings.length === 0 ? findings : unite(findings),
    marks: marks.sort((a, b) => a.offset - b.offset),
    privateKeySeen,
  };
}

function place(
  view: View,
  range: { readonly start: number; readonly end: number; readonly depth: number },
  type: string,
  exact: boolean,
): Finding {
  const below: Layer[] = new Array(range.depth).fill('escape');
  return {
    start: originOf(view, range.start),
    end: originOf(view, range.end),
    type,
    layers: [...view.layers, ...below],
    exact,
  };
}
