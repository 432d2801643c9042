/**
 * What a command says: results on stdout, everything else on stderr. A reader that goes away
 * (`| head`) ends the printing, not the program: the daemon lives on when its terminal does not.
 */

import { writeSync } from 'node:fs';

/** Prints a result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a result as JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Says something that is not the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes at once, for a process that is about to exit. */
export function printNow(text: string): void {
  writeNow(1, text);
}

/** Says at once, for a process that is about to exit. */
export function sayNow(text: string): void {
  writeNow(2, text);
}

function writeNow(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, `${text}\n`);
  } catch {
    // Nobody reads: nothing is left to say it to.
  }
}

let lost: string | undefined;

/** Why a result did not get to where it was sent, e.g. a full disk; undefined where all did. */
export function lostOutput(): string | undefined {
  return lost;
}

/**
 * Installs the handlers that let a closed stdout or stderr pass. Any other failure ends nothing
 * either, for the daemon runs on when its log has no room, but is remembered for the exit status.
 */
export function tolerateClosedOutput(): void {
  const closed = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      if (stream === process.stdout && !closed.has(code)) lost ??= code;
    });
  }
}
