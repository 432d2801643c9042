import fc from 'fast-check';
import { PATTERNS } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { randomFrom } from '../detect/random.ts';
import { dumped } from '../redact/dumps.ts';

/** A made-up secret in the words by which it is known, and what of them is the secret. */
export interface Sample {
  readonly type: string;
  readonly text: string;
  readonly value: string;
}

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

/** Some of each row of the pattern table. */
export const SAMPLES: readonly Sample[] = PATTERNS.flatMap((pattern, row) => {
  const random = randomFrom(row * 7919 + 17);
  return [1, 2, 3].map(() => {
    const text = pattern.example(random).trimEnd();
    const [span] = scanner.scan({ bytes: Buffer.from(text) }).spans;
    if (span === undefined) throw new Error(`an example of ${pattern.type} is not found`);
    return { type: pattern.type, text, value: text.slice(span.start, span.end) };
  });
});

/** Texts of one line in which the next token stands apart. */
const BEFORE = [
  '',
  ' ',
  '\n',
  '\t',
  'the key is ',
  '     1\t',
  '     1→',
  '12: ',
  '12|',
  '+',
  '> ',
  '    ',
  'config.env:12:',
  '密钥：',
  'é ',
  '\u001b[32m',
  'a\r\n',
  '"',
  "k = '",
  '{"k": "',
  '{\\"k\\":\\"',
  'first\\n',
  'first\\\\n',
  'C:\\dir\\',
  '<b>',
  '(',
] as const;
const AFTER = [
  '',
  ' ',
  '\n',
  '"',
  "'",
  '\\n',
  '\\"}',
  '\u001b[0m',
  '。',
  ' é',
  '\r\n',
  ')',
  '</b>',
  ', ',
  ' 😀',
] as const;

/** A NUL makes a body binary: it is refused. */
const printable = fc
  .string({ unit: 'binary', maxLength: 8 })
  .map((text) => text.replaceAll('\0', ' '));

const noise = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...BEFORE, ...AFTER) },
  { weight: 2, arbitrary: printable },
  {
    weight: 1,
    arbitrary: fc.constantFrom('<pl:', '<pl:AWS_ACCESS_KEY:0123456789abcdef>', '<', '\\'),
  },
);

/** A text as `cat -n`, a diff, a quotation and the like show it, line by line. */
const LINED: readonly ((line: string, number: number) => string)[] = [
  (line) => line,
  (line, number) => `${String(number).padStart(6)}\t${line}`,
  (line, number) => `${String(number).padStart(6)}→${line}`,
  (line, number) => `${number}: ${line}`,
  (line) => `+${line}`,
  (line) => `    ${line}`,
  (line) => `> ${line}`,
  (line) => `\u001b[32m${line}\u001b[0m`,
];

const EOLS = ['\n', '\r\n'] as const;

const sample = fc.constantFrom(...SAMPLES);

const shown = fc
  .tuple(sample, fc.constantFrom(...LINED), fc.constantFrom(...EOLS))
  .map(([{ text }, show, eol]) =>
    text
      .split('\n')
      .map((line, i) => show(line, i + 1))
      .join(eol),
  );

/** As it is encoded as a whole; what was replaced comes back so. */
const encoded = sample
  .map(({ text }) => text)
  .chain((text) =>
    fc.constantFrom(
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('base64url'),
      Buffer.from(text).toString('hex'),
      Buffer.from(`user:${text}`).toString('base64'),
    ),
  );

/** As tools print the bytes of a file. */
const dumps = fc
  .tuple(sample, fc.integer({ min: 6, max: 40 }), fc.constantFrom('xxd', 'hexdump', 'od'))
  .map(([{ text }, columns, tool]) => `\n${dumped(`first line\n${text}\n`, columns, tool)}`);

/** Lone surrogates are no text that could be encoded. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Text in which secrets stand in all sorts of surroundings, some of which hide them from any rule. */
export const texts: fc.Arbitrary<string> = fc
  .array(fc.tuple(noise, fc.oneof(shown, shown, encoded, dumps), noise), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.map(([before, text, after]) => before + text + after).join(' '));

/** Text in which every secret stands clear of its neighbours, and those secrets. */
export const clearTexts: fc.Arbitrary<{ readonly text: string; readonly samples: Sample[] }> = fc
  .array(
    fc.tuple(
      fc.constantFrom('', 'a ', '\n', '密钥 ', '{"k": "'),
      sample,
      fc.constantFrom(' b', '\n', '"}', ''),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => ({
    text: parts.map(([before, { text }, after]) => `${before}${text}${after}`).join('\n'),
    samples: parts.map(([, one]) => one),
  }));

const NAMES = [
  'type',
  'text',
  'arguments',
  'signature',
  'data',
  'user',
  'id',
  'input',
  'a b',
  '__proto__',
];

function values(text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown; list: unknown[]; map: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      text,
      fc.constantFrom<unknown>(null, true, 0, -1.5e10, 12345678),
      text.map((inner) => JSON.stringify({ inner })),
      text.map((inner) => JSON.stringify({ inner: JSON.stringify([inner]) })),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), tie('value')), { maxLength: 3 })
      .map((entries) => Object.fromEntries(entries)),
  }));
  return value;
}

/** Arbitrary JSON values with texts in strings and keys. */
export const jsonValues: fc.Arbitrary<unknown> = values(texts).map((value) => [value]);

const unicode = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** How encoders write a document that was written by JavaScript's. */
export const WRITERS: Readonly<Record<string, (json: string) => string>> = {
  JavaScript: (json) => json,
  Python: (json) => json.replace(/[^\0-\x7f]/g, unicode),
  Go: (json) => json.replace(/[<>&\u2028\u2029]/g, unicode),
  PHP: (json) => json.replace(/[^\0-\x7f]/g, unicode).replaceAll('/', '\\/'),
};

/** A document's source with what parsers give back differently: numbers, space, names that stand twice. */
export const jsonSources: fc.Arbitrary<string> = fc
  .tuple(
    jsonValues,
    fc.constantFrom(undefined, 1, '\t'),
    fc.constantFrom(...Object.values(WRITERS)),
    fc.constantFrom('', '\n', ' \r\n\t'),
    fc.constantFrom('12345678901234567890', '1e400', '1.0', '-0'),
  )
  .map(([value, indent, write, space, number]) => {
    const json = write(JSON.stringify(value, undefined, indent));
    return `${space}{"k" :${number},"k":${json} ,"k":\t${json}}${space}`;
  });

/** How an answer arrives. */
export const cuts: fc.Arbitrary<'whole' | 'bytes' | number[]> = fc.oneof(
  fc.constantFrom('whole' as const, 'bytes' as const),
  fc.array(fc.nat(), { maxLength: 12 }),
);
