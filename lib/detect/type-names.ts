import { WaterwallError } from '../errors.ts';

/**
 * Checks the operator's list of types to switch off.
 *
 * @throws WaterwallError `config-invalid` that names the nearest known type
 */
export function checkTypeNames(names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const nearest = [...known].sort((a, b) => editDistance(name, a) - editDistance(name, b))[0];
    throw new WaterwallError(
      'config-invalid',
      `disable: no type is called ${JSON.stringify(name)}`,
      {
        fix: `Did you mean ${nearest}? \`waterwall patterns list\` shows all types.`,
      },
    );
  }
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
