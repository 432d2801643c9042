/** Longest command before a name that is looked at, with its options. */
const LONGEST_COMMAND = 32;

/** Dockerfiles, fish, csh, Windows, and what people take for `export`. */
const SETTER = /(?:ENV|ARG|setenv|export|set(?: --?[A-Za-z]{1,10})+|setx(?: +\/[A-Za-z])?) +$/;

/** Whether a command stands before a name that assigns to it what follows after a space. */
export function isSetBy(bytes: Buffer, nameStart: number): boolean {
  return SETTER.test(bytes.toString('latin1', Math.max(0, nameStart - LONGEST_COMMAND), nameStart));
}
