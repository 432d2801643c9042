import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { request, secret } from './bodies.mjs';
import { median, round } from './figures.mjs';

const lib = (path) => import(fileURLToPath(new URL(`../dist/lib/${path}`, import.meta.url)));
const [scanner, exact, patterns, grammar, body, store, tokenizer, vault] = await Promise.all(
  [
    'detect/scanner.js',
    'detect/exact.js',
    'detect/patterns.js',
    'providers/grammar.js',
    'redact/body.js',
    'vault/store.js',
    'vault/tokenizer.js',
    'vault/vault.js',
  ].map(lib),
);

const SIZE = 2_000_000;
const SECRETS = 10;
const FLOOD = 1_000_000;

/** Texts that make a scanner work hardest: anchors and marks without end, secrets side by side. */
const FLOODS = {
  'valid key ids': () => many(() => `${secret()} `),
  'valid tokens': () => many(() => `ghp_${randomBytes(18).toString('hex')} `),
  AKIA: () => 'AKIA',
  ghp_: () => 'ghp_',
  'eyJ-': () => 'eyJ-',
  'eyJaaaaaaaaaa-': () => 'eyJaaaaaaaaaa-',
  '<pl:': () => '<pl:',
  'private key marker': () => '-----BEGIN PRIVATE KEY-----',
  ';base64,': () => 'data:image/png;base64,',
  'http://a:b': () => 'http://a:b',
  '%41': () => '%41',
  'bearer ': () => 'bearer ',
  dashes: () => '-----',
  'base64 line': () => 'QUJD',
  'base64 lines after a marker': () =>
    `-----BEGIN PRIVATE KEY-----${many(() => `${randomBytes(48).toString('base64')}\n`)}`,
};

function many(make) {
  return Array.from({ length: 2000 }, make).join('');
}

function asBody(text) {
  const content = text.repeat(Math.ceil(FLOOD / text.length)).slice(0, FLOOD);
  return Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }));
}

const compiled = scanner.compileScanner({ patterns: [], allow: [], disable: [] });
const fingerprint = tokenizer.createTokenizer(randomBytes(32));

function createContext() {
  const kept = store.createStore({ capacity: 100_000, bytes: 1e9, ttl: 1e9 });
  return {
    scanner: compiled,
    exact: exact.createExactMatcher(),
    vault: vault.createVault({ fingerprint, store: kept, always: () => undefined }),
    grammar: grammar.grammarOf('anthropic'),
    pin: kept.pin(),
    now: 0,
    privateKeySeen: false,
  };
}

/** Milliseconds of one call, p50; the calls before the code is compiled do not count. */
function time(call, rounds, warm = 5) {
  const times = [];
  for (let i = 0; i < rounds + warm; i++) {
    const begun = performance.now();
    call();
    if (i >= warm) times.push(performance.now() - begun);
  }
  return median(times);
}

/** What §14 asks of the engine: bytes in to bytes out, against a copy; and the worst case a byte. */
export function measureEngine(rounds = 60) {
  const input = request(SIZE, SECRETS);
  const target = Buffer.alloc(input.length);
  const context = createContext();
  const redact = () => body.redactBody(input, 'application/json', context);
  const copy = time(() => input.copy(target), 2 * rounds);
  const engine = time(redact, rounds, 20);
  for (let i = 0; i < 10_000; i++) context.exact.add(`id${i}`, randomBytes(20));
  const withValues = time(redact, rounds);
  const withKey = time(
    () => body.redactBody(input, 'application/json', { ...context, privateKeySeen: true }),
    rounds,
  );
  const floods = Object.entries(FLOODS).map(([name, make]) => {
    const flood = asBody(make());
    const fresh = createContext();
    const ms = time(() => body.redactBody(flood, 'application/json', fresh), 3, 3);
    return { name, nsPerByte: round((ms * 1e6) / flood.length) };
  });
  return {
    bytes: input.length,
    copy: round(copy),
    engine: round(engine),
    with10kValues: round(withValues),
    withPrivateKeySeen: round(withKey),
    floods,
  };
}

/** The engine beside what one would write first, RE2 where it is installed, and a plain copy. */
export async function measureScan() {
  const engine = measureEngine();
  const input = request(SIZE, SECRETS);
  const sources = patterns.PATTERNS.flatMap(({ shapes, before = '', after = '', ignoreCase }) =>
    shapes.map((shape) => ({
      source: `(?:${before})(?:${shape})(?:${after})`,
      flags: ignoreCase === true ? 'gi' : 'g',
    })),
  );
  const beside = [{ name: 'naive JavaScript', ms: round(timeExpressions(RegExp, input, sources)) }];
  try {
    const { default: RE2 } = await import('re2');
    beside.push({ name: 're2', ms: round(timeExpressions(RE2, input, sources)) });
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
  return { expressions: sources.length, beside, ...engine };
}

function timeExpressions(Expression, input, sources) {
  const expressions = sources.map(({ source, flags }) => new Expression(source, flags));
  return time(
    () => {
      const document = JSON.parse(input.toString());
      for (const { content } of document.messages) {
        for (const part of content) {
          for (const expression of expressions) {
            part.text = part.text.replace(expression, '<pl:TYPE:0000000000000000>');
          }
        }
      }
      Buffer.from(JSON.stringify(document));
    },
    5,
    2,
  );
}
