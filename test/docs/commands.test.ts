import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outlineProgram, withDescendants } from '../../lib/cli/outline.ts';
import { inlineCommands, shellBlocks } from './blocks.ts';
import { ROOT, runBlocks } from './surroundings.ts';

const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  'share/SPEC-audit.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a document takes for granted. */
const BEFORE: Readonly<Record<string, string>> = {
  // It speaks of a log folder with its public key.
  'share/SPEC-audit.md':
    'waterwall up --detach >&2; waterwall verify-install --runtime >&2 || true; sleep 1; cd "$WATERWALL_HOME/log"; cp ../etc/signing.pub .',
};

/** Every command by its path, and the options it has. */
const known = new Map(
  withDescendants(await outlineProgram()).map(({ path, options }) => [
    path,
    new Set(options.map(({ long }) => long)),
  ]),
);

/** What is wrong with a command that prose mentions; undefined where nothing is. */
function fault(words: readonly string[]): string | undefined {
  const verbs = words.filter((word) => !word.startsWith('-'));
  const path = [verbs.slice(0, 2).join(' '), verbs[0] ?? ''].find((each) => known.has(each));
  if (path === undefined) return `there is no verb ${verbs[0]}`;
  // After `--` stands somebody else's program.
  const end = words.indexOf('--');
  const options = (end === -1 ? words : words.slice(0, end)).filter((word) =>
    /^--(?!help$)\w/.test(word),
  );
  const wrong = options.find((word) => !known.get(path)?.has(word) && !known.get('')?.has(word));
  return wrong === undefined ? undefined : `${path} has no ${wrong}`;
}

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');

  test('its commands run', { timeout: 240_000 }, async () => {
    const { failure, output } = await runBlocks(shellBlocks(text), BEFORE[name]);
    expect(failure, `${name}: ${failure}\n${output.slice(-3000)}`).toBeUndefined();
  });

  test('every command of ours that its prose names exists', () => {
    const faults = inlineCommands(text).flatMap(({ line, words }) => {
      const wrong = fault(words);
      return wrong === undefined ? [] : [`line ${line}: ${wrong}`];
    });
    expect(faults).toEqual([]);
  });

  test('what it links to is there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
    const missing = targets.filter((path) => !existsSync(join(ROOT, dirname(name), path)));
    expect(missing).toEqual([]);
  });
});
