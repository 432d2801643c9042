import type { Glyphs } from '../theme/glyphs.ts';

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
