import type { Command } from 'commander';
import { WaterwallError } from '../errors.ts';
import type { SecretFinder } from '../ops/secret-finder.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { type Paint, paintFor } from './style.ts';

export function configure(command: Command): void {
  command
    .description('The types that are looked for: the built-in set, and what patterns.yaml adds.')
    .addHelpText(
      'after',
      examples(
        ['waterwall patterns', 'all types'],
        ["waterwall patterns test ACME_TOKEN 'key=acme_…'", 'does it match?'],
        ['pbpaste | waterwall patterns test JWT_TOKEN -', 'leaves no history'],
      ),
    );
  command
    .command('list', { isDefault: true })
    .description('list all types, and which are switched off')
    .option('--json', 'print them as JSON')
    .action(async (options: { json?: boolean }) => {
      const rows = await listTypes(await openFinder());
      if (options.json) printJson({ patterns: rows });
      else print(renderTypes(rows, paintFor(process.stdout)));
    });
  command
    .command('test')
    .description(
      'try a type on a text; tells the columns, never the value; exit status 1: no match',
    )
    .argument('<type>', 'a type that is looked for')
    .argument('<text>', 'the text, or - for standard input')
    .option('--json', 'print the matches as JSON')
    .action(async (type: string, text: string, options: { json?: boolean }) => {
      const finder = await openFinder();
      await requireType(finder, type);
      const bytes = text === '-' ? await standardInput() : Buffer.from(text);
      const { locate } = await import('../ops/findings.ts');
      const matches = locate(bytes, finder.find(bytes)).filter((found) => found.type === type);
      if (options.json) printJson({ type, matches });
      else if (matches.length === 0) print('no match');
      for (const { line, column } of options.json ? [] : matches)
        print(`${line}:${column}: ${type}`);
      process.exitCode = matches.length > 0 ? 0 : 1;
    });
}

/** A type as `patterns list` shows it. */
export interface ListedType {
  readonly type: string;
  readonly what: string;
  readonly from: 'built-in' | 'patterns.yaml';
  /** Strong: a prefix tells it, so that a cut-off or encoded one counts too. */
  readonly strength: 'strong' | 'weak';
  /** Where its forms come from. */
  readonly source: string;
  readonly enabled: boolean;
}

async function openFinder(): Promise<SecretFinder> {
  const { openSecretFinder } = await import('../ops/secret-finder.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  return openSecretFinder(currentHomes(process.env));
}

async function listTypes({ scanner, policy }: SecretFinder): Promise<readonly ListedType[]> {
  const { builtInTypes } = await import('../detect/type-list.ts');
  const built = new Map<string, ListedType>();
  for (const { type, what, strength, source } of builtInTypes()) {
    const enabled = !policy.disable.includes(type);
    built.set(type, { type, what, from: 'built-in', strength, source, enabled });
  }
  for (const type of scanner.types) {
    if (built.has(type)) continue;
    const own = policy.patterns.find((pattern) => pattern.type === type);
    const from = own === undefined ? 'built-in' : 'patterns.yaml';
    built.set(type, {
      type,
      what: own?.regex ?? '',
      from,
      strength: 'weak',
      source: 'patterns.yaml',
      enabled: true,
    });
  }
  return [...built.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** A row a type; what is switched off cannot be overlooked. */
export function renderTypes(rows: readonly ListedType[], paint: Paint): string {
  const longest = Math.max(...rows.map(({ type }) => type.length));
  return rows
    .map(({ type, what, from, enabled }) => {
      const name = type.padEnd(longest);
      if (!enabled) return paint('red', `${name}  switched off in patterns.yaml`);
      return `${from === 'built-in' ? name : paint('cyan', name)}  ${paint('dim', what)}`;
    })
    .join('\n');
}

async function requireType({ scanner }: SecretFinder, type: string): Promise<void> {
  if (scanner.types.includes(type)) return;
  const { nearest } = await import('../config/nearest.ts');
  const meant = nearest(type, scanner.types);
  throw new WaterwallError('usage', `${type} is no type that is looked for`, {
    fix: meant === undefined ? 'see waterwall patterns' : `did you mean ${meant}?`,
  });
}

async function standardInput(): Promise<Buffer> {
  const { buffer } = await import('node:stream/consumers');
  return await buffer(process.stdin);
}
