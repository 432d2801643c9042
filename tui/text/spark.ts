import type { Glyphs } from '../theme/glyphs.ts';
import { type Line, type Role, type Span, span } from './line.ts';

/**
 * Values over time, one character each, the latest at the right. More values than there is room
 * for are gathered: the highest of each group, so that no peak is lost.
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  { spark }: Pick<Glyphs, 'spark'>,
): string {
  if (width <= 0) return '';
  const shown = gather(values, width);
  const top = Math.max(...shown.map((value) => value ?? 0), 0);
  const drawn = shown.map((value) => {
    if (value === null) return ' ';
    if (top === 0 || value === 0) return spark[0] ?? ' ';
    const level = Math.ceil((value / top) * (spark.length - 1));
    return spark[Math.min(level, spark.length - 1)] ?? ' ';
  });
  return drawn.join('').padStart(width);
}

/** The same in colours: the higher, the brighter. `flat` is one colour for all of it. */
export function course(
  values: readonly (number | null)[],
  width: number,
  glyphs: Pick<Glyphs, 'spark'>,
  flat?: Role,
): Line {
  const spans: Span[] = [];
  // A cell that is not full to its edge keeps the courses of several lines apart.
  const spark = glyphs.spark.slice(0, -1);
  for (const char of sparkline(values, width, { spark })) {
    const level = spark.indexOf(char);
    const role = level <= 0 ? 'track' : (flat ?? shade(level / (spark.length - 1)));
    const last = spans.at(-1);
    if (last?.role === role) spans[spans.length - 1] = span(role, last.text + char);
    else spans.push(span(role, char));
  }
  return spans;
}

/** An area in colours, the brighter the higher. */
export function shadedArea(
  values: readonly (number | null)[],
  width: number,
  height: number,
  glyphs: Pick<Glyphs, 'spark'>,
  flat?: Role,
): readonly Line[] {
  const lines = area(values, width, height, glyphs).map((text, line) => [
    span(flat ?? shade((height - line) / height), text),
  ]);
  if (values.some((value) => (value ?? 0) > 0)) return lines;
  // Nothing yet: the ground that it will grow from.
  return [...lines.slice(0, -1), [span('track', (glyphs.spark[0] ?? ' ').repeat(width))]];
}

function shade(share: number): Role {
  return share <= 0.4 ? 'low' : share <= 0.75 ? 'spark' : 'high';
}

/**
 * Values over time as an area of several lines, the highest value at the top, the latest at the
 * right.
 */
export function area(
  values: readonly (number | null)[],
  width: number,
  height: number,
  { spark }: Pick<Glyphs, 'spark'>,
): readonly string[] {
  if (width <= 0 || height <= 0) return [];
  const shown = gather(values, width);
  const top = Math.max(...shown.map((value) => value ?? 0), 0);
  const steps = spark.length;
  const levels = shown.map((value) =>
    value === null || top === 0 ? 0 : Math.max(1, Math.round((value / top) * height * steps)),
  );
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * steps;
    const drawn = levels.map((level) => {
      const part = Math.min(steps, level - below);
      return part > 0 ? (spark[part - 1] ?? ' ') : ' ';
    });
    return drawn.join('').padStart(width);
  });
}

function gather(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  const groups: (number | null)[] = [];
  for (let index = 0; index < width; index++) {
    const from = Math.floor((index * values.length) / width);
    const to = Math.floor(((index + 1) * values.length) / width);
    const known = values.slice(from, to).filter((value) => value !== null);
    groups.push(known.length === 0 ? null : Math.max(...known));
  }
  return groups;
}

/** How many of `width` characters a share of 0 to 1 fills; what is not nothing shows. */
export function filled(share: number, width: number): number {
  if (!(share > 0) || width <= 0) return 0;
  return Math.min(width, Math.max(1, Math.round(share * width)));
}
