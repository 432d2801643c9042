import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
// Google's RE2, compiled to WebAssembly: the native module needs a compiler where it is installed.
import { RE2 } from 're2-wasm';
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
const TURNS = 5;
const FLOOD = 1_000_000;

/** Texts that make a scanner work hardest: anchors and marks without end, secrets side by side. */
const FLOODS = {
  'valid key ids': () => many(() => `${secret()} `),
  'valid tokens': () => many(() => `${token()} `),
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
  'password=': () => 'password=',
  'passwords in quotes': () => many(() => `password="${randomBytes(6).toString('base64url')}q1" `),
  'passwords in URLs': () => many(() => `postgres://u:${randomBytes(6).toString('hex')}@h/ `),
  'tokens in base64': () => many(() => `${Buffer.from(token()).toString('base64')} `),
  'tokens in hex': () => many(() => `${Buffer.from(token()).toString('hex')} `),
  'literal placeholders': () => '<pl:AWS_ACCESS_KEY:0123456789abcdef>',
  'escapes in arguments': () => '\\u0041',
  'base64 lines after a marker': () =>
    `-----BEGIN PRIVATE KEY-----${many(() => `${randomBytes(48).toString('base64')}\n`)}`,
};

function token() {
  return `ghp_${randomBytes(18).toString('hex')}`;
}

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

/**
 * Milliseconds of processor time that one call takes, p50 of batches: what else the machine does
 * counts less than in time that has passed. The calls before the code is compiled do not count.
 */
function time(call, rounds, warm = 5, batch = BATCH) {
  const times = [];
  for (let i = 0; i < warm; i++) call();
  for (let i = 0; i < rounds; i += batch) {
    const begun = process.cpuUsage();
    for (let n = 0; n < batch; n++) call();
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1000 / batch);
  }
  return median(times);
}

const BATCH = 5;

/** What §14 asks of the engine: bytes in to bytes out, against a copy; and the worst case a byte. */
export function measureEngine(rounds = 60) {
  const input = request(SIZE, SECRETS);
  const target = Buffer.alloc(input.length);
  const context = createContext();
  const redact = () => body.redactBody(input, 'application/json', context);
  // One after the other in turns, so that both meet the same machine.
  const copies = [];
  const engines = [];
  for (let i = 0; i < TURNS; i++) {
    copies.push(time(() => input.copy(target), 2 * rounds));
    engines.push(time(redact, rounds, i === 0 ? 20 : 0));
  }
  const copy = median(copies);
  const engine = median(engines);
  for (let i = 0; i < 10_000; i++) context.exact.add(`id${i}`, randomBytes(20));
  const withValues = time(redact, rounds);
  const withKey = time(
    () => body.redactBody(input, 'application/json', { ...context, privateKeySeen: true }),
    rounds,
  );
  const floods = Object.entries(FLOODS).map(([name, make]) => {
    const flood = asBody(make());
    const fresh = createContext();
    const ms = time(() => body.redactBody(flood, 'application/json', fresh), 3 * BATCH, 3);
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

/** The engine beside what one would write first, beside RE2, and beside a plain copy. */
export function measureScan() {
  const engine = measureEngine();
  const input = request(SIZE, SECRETS);
  const sources = patterns.PATTERNS.flatMap(
    ({ type, shapes, before = '', after = '', ignoreCase }) =>
      shapes.map((shape) => ({
        type,
        source: `(?:${before})(?:${shape})(?:${after})`,
        flags: ignoreCase === true ? 'gi' : 'g',
      })),
  );
  const beside = [
    timeExpressions('naive JavaScript', ({ source, flags }) => new RegExp(source, flags)),
    timeExpressions('RE2 (re2-wasm)', ({ source, flags }) => new RE2(source, `${flags}u`)),
  ];
  return { beside, ...engine };

  function timeExpressions(name, make) {
    const expressions = [];
    const leftOut = [];
    for (const source of sources) {
      try {
        expressions.push(make(source));
      } catch {
        leftOut.push(source.type);
      }
    }
    const ms = round(timeReplacements(expressions, input));
    return { name, ms, expressions: expressions.length, leftOut };
  }
}

function timeReplacements(expressions, input) {
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
    1,
    1,
    1,
  );
}
