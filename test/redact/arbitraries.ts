import fc from 'fast-check';

/** Names that mean something to a rule, and others. */
const NAMES = ['type', 'text', 'arguments', 'signature', 'data', 'user', 'id', 'input', 'a b'];

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t1→',
    '", "a": "',
    '\\n',
    '\\',
    '"',
    ': 1',
    ',',
    '}',
    '\u001b[32m',
  ),
);

/** Text in which secrets stand between noise, apart from each other. */
function texts(secrets: readonly string[]): fc.Arbitrary<string> {
  const secret = fc.constantFrom(...secrets);
  return fc
    .array(fc.tuple(noise, secret, noise), { maxLength: 3 })
    .map((parts) => parts.map(([before, text, after]) => `${before} ${text} ${after}`).join(''));
}

function values(text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown; list: unknown[]; map: Record<string, unknown> }>(
    (tie) => ({
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        text,
        fc.constantFrom<unknown>(null, true, 0, -1.5e10, 12345678),
        text.map((inner) => JSON.stringify({ inner })),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), text), tie('value'), { maxKeys: 3 }),
    }),
  );
  return value;
}

/** Arbitrary JSON values with secrets in strings and keys, none of them at an exempt place. */
export function spaced(secrets: readonly string[]): fc.Arbitrary<unknown> {
  return values(texts(secrets)).map((value) => [value]);
}

/** Arbitrary JSON source with secrets, written as common encoders do. */
export function jsonText(secrets: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(spaced(secrets), fc.constantFrom(undefined, 1, '\t'), fc.boolean())
    .map(([value, indent, ascii]) => {
      const text = JSON.stringify(value, undefined, indent);
      return ascii ? text.replace(/[^\0-\x7f]/g, escapeUnit) : text;
    });
}

/** The source of one value, each character of its strings escaped in one of its possible ways. */
export function escapedAnyhow(value: unknown): fc.Arbitrary<string> {
  const source = JSON.stringify(value);
  return fc.infiniteStream(fc.nat(9)).map((dice) => {
    const roll = (): number => dice.next().value as number;
    return source.replace(/"(?:[^"\\]|\\.)*"/g, (string) => {
      const inner = string.slice(1, -1).replace(/\\u[0-9a-f]{4}|\\.|[^\\]/gu, (unit) => {
        if (!unit.startsWith('\\') && roll() === 0) return unit.replace(/[\s\S]/g, escapeUnit);
        if (unit === '/' && roll() < 5) return '\\/';
        return unit;
      });
      return `"${inner}"`;
    });
  });
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
