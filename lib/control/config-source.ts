import { readFileSync } from 'node:fs';
import { killSwitchInUnparsable } from '../config/kill-switch-line.ts';
import type { Hold } from './kill-source.ts';

/** What `config.yaml` says about the kill switch. */
export type ConfigVerdict = { readonly engaged: false } | ({ readonly engaged: true } & Hold);

/** How one look at `config.yaml` went. */
export interface ConfigReading {
  readonly file: string;
  /** The file's text, or why it could not be read; undefined: there is no such file. */
  readonly text: string | { readonly unreadable: string } | undefined;
  /** `kill_switch` of the validated file; undefined where the text is not valid. */
  readonly killSwitch: boolean | undefined;
}

/**
 * Decides whether `config.yaml` engages the switch (DESIGN §9): a file that cannot be read does,
 * and so does a broken one with a line `kill_switch: true`, because somebody in a hurry wrote it.
 *
 * @param before - the verdict so far, which a merely broken file keeps
 * @param existed - there was a file at the last good look: one that vanished cannot be read
 */
export function judgeConfig(
  reading: ConfigReading,
  before: ConfigVerdict,
  existed: boolean,
): ConfigVerdict {
  const { file, text, killSwitch } = reading;
  if (text === undefined) {
    if (!existed) return { engaged: false };
    return hold(`${file} is missing`, `write ${file} again, with kill_switch: false`);
  }
  if (typeof text !== 'string') {
    return hold(`${file} cannot be read (${text.unreadable})`, `make ${file} readable`);
  }
  if (killSwitch === undefined) {
    if (!killSwitchInUnparsable(text)) return before;
    return hold(`${file} is not valid and has a line kill_switch: true`, clearIn(file));
  }
  return killSwitch ? hold(`kill_switch: true in ${file}`, clearIn(file)) : { engaged: false };
}

function clearIn(file: string): string {
  return `set kill_switch: false in ${file}`;
}

function hold(reason: string, clear: string): ConfigVerdict {
  return Object.freeze({ engaged: true, reason, clear });
}

/**
 * Follows `config.yaml` for the kill switch alone: a broken pattern file must not keep
 * `kill_switch: true` from being seen.
 *
 * @param validate - `kill_switch` of a text; throws where the text is not valid
 * @returns a look at the file
 */
export function followConfig(
  file: string,
  validate: (text: string) => boolean,
): () => ConfigVerdict {
  let verdict: ConfigVerdict = { engaged: false };
  let existed = false;
  return () => {
    const text = read(file);
    existed ||= text !== undefined;
    verdict = judgeConfig({ file, text, killSwitch: valid(text, validate) }, verdict, existed);
    return verdict;
  };
}

function read(file: string): ConfigReading['text'] {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return code === 'ENOENT' ? undefined : { unreadable: code };
  }
}

function valid(
  text: ConfigReading['text'],
  validate: (text: string) => boolean,
): boolean | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return validate(text);
  } catch {
    return undefined;
  }
}
