import { type Anchor, chooseAnchor, chooseRunAnchor, isOfRuns } from './anchor.ts';
import type { Worth } from './assigned/worth.ts';
import type { ByteClass } from './byte-class.ts';
import type { Pattern } from './patterns.ts';
import { parseShape, type Segment } from './shape.ts';

/** A cut-off secret counts from this many characters after its prefix. */
export const ENOUGH_OF_A_SECRET = 16;

/** One way in which a type is written, ready to be matched. */
export interface Form {
  readonly type: string;
  readonly anchor: Anchor;
  /** A run before the anchor whose length varies. */
  readonly lead?: Segment;
  readonly segments: readonly Segment[];
  /** How many of the first ones, of one byte each, stand there wherever the anchor does. */
  readonly seen: number;
  /** The secret's first segment; what stands before is context. */
  readonly valueFrom: number;
  /** The first segment after the secret. */
  readonly valueTo: number;
  /** How many bytes the segments that spell the prefix take. */
  readonly prefixLength: number;
  readonly strong: boolean;
  /** Whether only what stands around it makes it a secret: a type that knows the text itself wins. */
  readonly contextual: boolean;
  readonly left: Pattern['left'];
  /** What the secret must look like besides. */
  readonly worth?: Worth;
  /** The secret must hold a byte of this class. */
  readonly contains?: ByteClass;
}

/** Compiles a row of the pattern file, one form for each combination of its alternatives. */
export function formsOf(pattern: Pattern): Form[] {
  const parse = (shape: string): Segment[][] => parseShape(shape, pattern.ignoreCase);
  const befores = parse(pattern.before ?? '');
  const afters = parse(pattern.after ?? '');
  return pattern.shapes
    .flatMap(parse)
    .flatMap((value) =>
      befores.flatMap((before) => afters.map((after) => formOf(pattern, before, value, after))),
    );
}

function formOf(pattern: Pattern, before: Segment[], value: Segment[], after: Segment[]): Form {
  const all = [...before, ...value, ...after];
  const first = all[0] as Segment;
  const lead = first.min === first.max ? undefined : first;
  const segments = lead === undefined ? all : all.slice(1);
  const firstRun = segments.findIndex((segment) => segment.max > 1);
  const prefixLength = firstRun < 0 ? segments.length : firstRun;
  const strong = pattern.strength === 'strong';
  const positions = fixedPositions(segments);
  const least = strong ? prefixLength + ENOUGH_OF_A_SECRET : Number.POSITIVE_INFINITY;
  const anchor =
    chooseRunAnchor(leastOf(segments).slice(0, least), positions.length) ??
    chooseAnchor(
      lead === undefined ? positions : [lead.class, ...positions],
      lead === undefined ? 0 : 1,
    );
  if (anchor === undefined) throw new SyntaxError(`${pattern.type}: no rare part to look for`);
  const skipped = lead === undefined ? 0 : 1;
  const contains =
    pattern.contains === undefined ? undefined : parseShape(pattern.contains)[0]?.[0]?.class;
  return {
    type: pattern.type,
    anchor:
      lead === undefined && pattern.left !== 'free' ? { ...anchor, left: pattern.left } : anchor,
    ...(lead && { lead }),
    segments,
    seen: seenIn(anchor, segments.slice(0, prefixLength)),
    valueFrom: Math.max(0, before.length - skipped),
    valueTo: segments.length - after.length,
    prefixLength,
    strong,
    contextual: before.length + after.length > 0,
    left: pattern.left,
    ...(contains && { contains }),
    ...(pattern.worth && { worth: pattern.worth }),
  };
}

/** How many segments of one byte each an anchor holds that begins where they do. */
function seenIn({ offset, window, positions }: Anchor, singles: readonly Segment[]): number {
  return offset === window ? Math.min(positions.length, singles.length) : 0;
}

/** The classes of the bytes of the shortest match, and of what may end a run in a longer one. */
function leastOf(segments: readonly Segment[]): ByteClass[] {
  return segments.flatMap(({ class: set, min }) =>
    new Array<ByteClass>(min === 0 && !isOfRuns(set) ? 1 : min).fill(set),
  );
}

/** The classes of the bytes whose distance from the beginning is always the same. */
export function fixedPositions(segments: readonly Segment[]): ByteClass[] {
  const positions: ByteClass[] = [];
  for (const segment of segments) {
    for (let i = 0; i < segment.min; i++) positions.push(segment.class);
    if (segment.min !== segment.max) break;
  }
  return positions;
}
