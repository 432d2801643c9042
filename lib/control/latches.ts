import { readFileSync } from 'node:fs';
import { replaceFile } from '../config/atomic.ts';
import type { KillSourceName } from './kill-source.ts';

/** Sources that are latched: they hold over crash and restart until somebody disarms them. */
export type LatchName = Extract<KillSourceName, 'sigusr1' | 'http'>;

/** A latched source. */
export interface Latch {
  /** ISO 8601. */
  readonly since: string;
  readonly reason: string;
}

export type Latches = Readonly<Partial<Record<LatchName, Latch>>>;

/** What the latch file says; `damaged` where it cannot be believed. */
export type LatchReading =
  | { readonly state: 'read'; readonly latches: Latches }
  | { readonly state: 'damaged'; readonly reason: string };

/**
 * Reads the latch file. An absent file holds no latch: nothing was ever armed.
 *
 * @param file - in the log folder, because the run folder does not outlive a reboot
 */
export function readLatches(file: string): LatchReading {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return { state: 'read', latches: {} };
    return { state: 'damaged', reason: `${file} cannot be read (${code})` };
  }
  const latches = parseLatches(text);
  if (latches === undefined) return { state: 'damaged', reason: `${file} is damaged` };
  return { state: 'read', latches };
}

/**
 * Writes the latch file: whole or not at all, durable when this returns.
 *
 * @throws WaterwallError `io-error`
 */
export function writeLatches(file: string, latches: Latches): void {
  const { sigusr1 = null, http = null } = latches;
  replaceFile(file, `${JSON.stringify({ v: 1, sigusr1, http })}\n`);
}

function parseLatches(text: string): Latches | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['v'] !== 1) return undefined;
  const latches: Partial<Record<LatchName, Latch>> = {};
  for (const name of ['sigusr1', 'http'] as const) {
    const entry = value[name];
    if (entry === null) continue;
    if (!isRecord(entry)) return undefined;
    const { since, reason } = entry;
    if (typeof since !== 'string' || Number.isNaN(Date.parse(since))) return undefined;
    if (typeof reason !== 'string') return undefined;
    latches[name] = { since, reason };
  }
  return latches;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
