/** Colours, as the terminal's owner wants them. */

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

/** A painter for a stream: it paints where the stream is a terminal and nobody said no. */
export function paintFor(
  stream: { readonly isTTY?: boolean | undefined },
  env: NodeJS.ProcessEnv = process.env,
): Paint {
  return wantsColour(stream, env) ? paint : plain;
}

/** https://no-color.org: any value but the empty one switches colours off. */
function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  env: NodeJS.ProcessEnv,
): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

export const paint: Paint = (colour, text) => {
  const [on, off] = CODES[colour];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

export const plain: Paint = (_colour, text) => text;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of `paint`
const SGR = /\u001b\[\d+m/g;

/** How many columns a painted text takes; our texts hold no wide characters. */
export function width(text: string): number {
  return [...text.replace(SGR, '')].length;
}

/**
 * Makes text from outside fit for a terminal: no control character of it moves a cursor or paints.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u00b7');
}
