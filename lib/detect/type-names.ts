import { nearest } from '../config/nearest.ts';
import { WaterwallError } from '../errors.ts';

/**
 * Checks the operator's list of types to switch off.
 *
 * @throws WaterwallError `config-invalid` that names the nearest known type
 */
export function checkTypeNames(names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw new WaterwallError(
      'config-invalid',
      `disable: no type is called ${JSON.stringify(name)}`,
      {
        fix: `${meant === undefined ? '' : `did you mean ${meant}? `}\`waterwall patterns list\` shows all types`,
      },
    );
  }
}
