import { PATTERNS, type Pattern } from './patterns.ts';

/** A built-in type, as `patterns list` and the documentation show it. */
export interface BuiltInType {
  readonly type: string;
  readonly what: string;
  /** Strong where a prefix alone tells one of its forms: it counts cut off or encoded too. */
  readonly strength: Pattern['strength'];
  readonly source: string;
  /** Its forms, in the notation of `shape.ts`; names in brackets. */
  readonly forms: readonly string[];
}

/** One row a type, sorted by name. */
export function builtInTypes(): BuiltInType[] {
  const types = new Map<string, Pattern[]>();
  for (const pattern of PATTERNS) {
    types.set(pattern.type, [...(types.get(pattern.type) ?? []), pattern]);
  }
  return [...types.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, rows]) => ({
      type,
      what: joined(rows.map(({ what }) => what)),
      strength: rows.some(({ strength }) => strength === 'strong') ? 'strong' : 'weak',
      source: joined(rows.flatMap(({ source }) => source.split('; '))),
      forms: rows.flatMap(formsOf),
    }));
}

function formsOf({ shapes, names, places, before = '', after = '' }: Pattern): string[] {
  if (names !== undefined) return names.map((name) => `[${name}]`);
  if (places !== undefined) return places.map((place) => `(after ${place.trim()})`);
  return shapes.map((shape) => {
    const context = `${before === '' ? '' : `(after ${before}) `}`;
    return `${context}${shape}${after === '' ? '' : ` (before ${after})`}`;
  });
}

function joined(parts: readonly string[]): string {
  return [...new Set(parts)].join('; ');
}

/** The types as a table in Markdown. */
export function typeTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = builtInTypes().map(({ type, what, strength, source, forms }) => {
    const written = forms.map((form) => `\`${cell(form)}\``).join('<br>');
    return `| \`${type}\` | ${cell(what)} | ${strength} | ${written} | ${cell(source)} |`;
  });
  return ['| type | what | strength | forms | source |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}
