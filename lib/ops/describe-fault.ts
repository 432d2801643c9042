import { WaterwallError } from '../errors.ts';

/** What may be written of an error. */
export interface FaultDescription {
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  /** Where in the program, for whoever mends it. */
  readonly at?: readonly string[];
}

/**
 * Describes an error without what it may hold of the traffic: our own messages never do, and a
 * failed system call's name and code do not. The message of any other error may quote its input, as
 * that of `JSON.parse` does, so that only its kind and its place in the program are told.
 */
export function describeFault(error: unknown): FaultDescription {
  if (error instanceof WaterwallError) {
    return { code: error.code, message: error.message, fix: error.fix };
  }
  if (!(error instanceof Error)) return { code: 'fault', message: `a ${typeof error} was thrown` };
  const { code, syscall } = error as NodeJS.ErrnoException;
  const at = framesOf(error);
  const isCode = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code);
  if (isCode && typeof syscall === 'string' && /^[a-z0-9_]{1,20}$/i.test(syscall)) {
    return { code, message: `${syscall} failed (${code})`, at };
  }
  const place = at[0] === undefined ? '' : ` at ${at[0]}`;
  return {
    code: isCode ? code : 'fault',
    message: `${isCode ? code : nameOf(error)}${place}`,
    at,
  };
}

const FRAMES = 8;

/** The frames of the stack; the message that stands before them is cut off, it may look like one. */
function framesOf(error: Error): readonly string[] {
  const stack = error.stack ?? '';
  const end = stack.indexOf(error.message) + error.message.length;
  return stack
    .slice(stack.includes(error.message) ? end : stack.length)
    .split('\n')
    .map((line) => /^\s+at (.{1,200})$/.exec(line)?.[1])
    .filter((frame) => frame !== undefined)
    .slice(0, FRAMES);
}

function nameOf(error: Error): string {
  return /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'Error';
}
