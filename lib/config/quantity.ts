const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `64MiB`, `10MB`, `4096` (bytes); undefined where it is no size. */
export function parseSize(text: string | number): number | undefined {
  return parseQuantity(text, BYTES, 'B');
}

/** `4h`, `10s`, `500ms`; a unit is demanded, because a bare number leaves it open. */
export function parseDuration(text: string | number): number | undefined {
  return parseQuantity(text, MILLISECONDS, undefined);
}

function parseQuantity(
  text: string | number,
  units: Readonly<Record<string, number>>,
  bare: string | undefined,
): number | undefined {
  const parts = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(String(text));
  const unit = parts?.[2] || bare;
  if (!parts || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  const amount = Number(parts[1]) * (units[unit] as number);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** The way back, for `waterwall config`: the largest unit that leaves a whole number. */
export function formatSize(bytes: number): string {
  return format(bytes, [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
    ['B', 1],
  ]);
}

/** @see {@link formatSize} */
export function formatDuration(milliseconds: number): string {
  return format(milliseconds, [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ]);
}

function format(amount: number, units: readonly (readonly [string, number])[]): string {
  const [name, size] = units.find(([, size]) => amount !== 0 && amount % size === 0) ??
    units.at(-1) ?? ['', 1];
  return `${amount / size}${name}`;
}
