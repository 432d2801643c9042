import type { Key } from '../model/editor.ts';

/** A key as blessed tells of it. */
export interface BlessedKey {
  readonly name?: string;
  readonly full?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

/** @returns undefined for what is no key of ours */
export function keyOf(char: string | undefined, key: BlessedKey | undefined): Key | undefined {
  const name = key?.name;
  // Enter comes twice: as the byte it is, and by its name.
  if (name === 'return' || name === 'linefeed' || name === 'mouse' || key?.meta) return undefined;
  const writes =
    char !== undefined && [...char].length === 1 && char >= ' ' && char !== '\x7f' && !key?.ctrl;
  if (writes) return { name: char === ' ' ? 'space' : char, text: char };
  if (name === undefined || name === 'undefined') return undefined;
  if (key?.ctrl) return { name: `C-${name}`, text: '' };
  return { name: key?.shift ? `S-${name}` : name, text: '' };
}
