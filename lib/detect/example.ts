import { textOf } from './assigned/kinds.ts';
import { isWorth, type Worth } from './assigned/worth.ts';
import { parseShape } from './shape.ts';

/** What an example is made from. */
export interface ExampleSource {
  readonly type: string;
  readonly shapes: readonly string[];
  readonly before?: string;
  readonly after?: string;
  readonly contains?: string;
  readonly names?: readonly string[];
  readonly places?: readonly string[];
  readonly worth?: Worth;
}

/** How much longer than its minimum a run without an upper bound is made at most. */
const SLACK = 12;

/**
 * Makes a secret up, with the context it needs to be recognised.
 *
 * @param random - numbers from 0 to below 1
 */
export function exampleOf(source: ExampleSource, random: () => number): string {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const write = (shape: string): string =>
    pick(parseShape(shape))
      .map(({ class: set, min, max }) => {
        const spread = Math.min(max - min, SLACK);
        const members = set.members;
        const length = min + Math.floor(random() * (spread + 1));
        return String.fromCharCode(...Array.from({ length }, () => pick(members)));
      })
      .join('');
  if (source.names !== undefined) {
    return `${pick(source.names).replace(/^_/, 'the_')}="${exampleValue(pick, source.worth)}"`;
  }
  if (source.places !== undefined) {
    return `${pick(source.places)}${exampleValue(pick, source.worth)}`;
  }
  if (source.shapes.length === 0) return examplePrivateKey(pick);
  const needed =
    source.contains === undefined ? undefined : parseShape(source.contains)[0]?.[0]?.class.members;
  for (;;) {
    const value = write(pick(source.shapes));
    if (needed !== undefined && !needed.some((byte) => value.includes(String.fromCharCode(byte))))
      continue;
    if (source.worth !== undefined && !isWorth(textOf(value), source.worth)) continue;
    return `${write(source.before ?? '')}${value}${write(source.after ?? '')}`;
  }
}

const ALPHANUMERIC = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const VALUE_LENGTH = 24;

function exampleValue(pick: (items: readonly string[]) => string, worth: Worth = 'random'): string {
  for (;;) {
    const value = Array.from({ length: VALUE_LENGTH }, () => pick(ALPHANUMERIC)).join('');
    if (isWorth(textOf(value), worth)) return value;
  }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function examplePrivateKey(pick: (items: readonly string[]) => string): string {
  const alphabet = [...BASE64];
  const kind = `${pick(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])}PRIVATE KEY`;
  const lines = Array.from({ length: 4 }, (_, i) =>
    Array.from({ length: i < 3 ? 64 : 40 }, () => pick(alphabet)).join(''),
  );
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
}
