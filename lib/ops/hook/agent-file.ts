/** Files that belong to an agent and its user, not to Waterwall. */

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../../config/atomic.ts';
import { readText } from '../../config/load/document.ts';

/** The text of a file; undefined where there is none. A byte order mark is part of it. */
export function readAgentFile(file: string): string | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  // The decoder drops the mark.
  return readFileSync(file)[0] === 0xef && !text.startsWith('\ufeff') ? `\ufeff${text}` : text;
}

/** Replaces a file's content whole; its mode and owner stay, and a link stays a link. */
export function writeAgentFile(file: string, text: string): void {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text);
    return;
  }
  const path = realpathSync(file);
  const { mode, uid, gid } = statSync(path);
  replaceFile(path, text);
  chmodSync(path, mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

export function removeAgentFile(file: string): void {
  rmSync(file, { force: true });
}
