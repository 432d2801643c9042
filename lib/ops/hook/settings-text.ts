/** Our entries in the text of an agent's settings; everything else stays as it is. */

import { type JSONPath, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { WaterwallError } from '../../errors.ts';
import { isOurs, type Place } from './commands.ts';
import { insertValue, removeValue } from './jsonc-edit.ts';

/** The command of each place that is ours. */
export type Commands = Partial<Readonly<Record<Place, string>>>;

interface Handler {
  readonly type?: unknown;
  readonly command?: unknown;
}

interface Group {
  readonly hooks?: readonly Handler[];
}

/** The settings, as far as they concern us. */
interface Settings {
  readonly hooks?: Readonly<Record<string, readonly Group[]>>;
  readonly statusLine?: Handler;
  readonly disableAllHooks?: unknown;
}

type HookPlace = Exclude<Place, 'statusline'>;

const EVENTS: Readonly<Record<HookPlace, string>> = {
  session_start: 'SessionStart',
  gate: 'UserPromptSubmit',
};

const HOOK_PLACES = Object.keys(EVENTS) as HookPlace[];

/** What stands in the settings beside a hook's command; seconds. */
const GROUPS: Readonly<Record<HookPlace, (command: string) => object>> = {
  session_start: (command) => ({
    matcher: 'startup|resume|clear|compact',
    hooks: [{ type: 'command', command, timeout: 10 }],
  }),
  gate: (command) => ({ hooks: [{ type: 'command', command, timeout: 10 }] }),
};

/** What was found in settings. */
export interface Found {
  readonly commands: Commands;
  /** The status line is somebody else's. */
  readonly foreignStatusLine: boolean;
  /** The agent runs no hook at all. */
  readonly hooksDisabled: boolean;
}

/**
 * Reads our entries.
 *
 * @param file - for messages
 * @throws WaterwallError `config-invalid` where the text is no settings file
 */
export function findEntries(text: string, file: string): Found {
  const settings = parseSettings(text, file);
  const commands: Record<string, string> = {};
  for (const place of HOOK_PLACES) {
    const [own] = ownHandlers(settings, place);
    if (own !== undefined) commands[place] = own.command;
  }
  const line = settings.statusLine?.command;
  if (isOurs('statusline', line)) commands['statusline'] = line;
  return {
    commands,
    foreignStatusLine: settings.statusLine !== undefined && !isOurs('statusline', line),
    hooksDisabled: settings.disableAllHooks === true,
  };
}

/** Adds what is wanted and takes out what is ours and differs; the same text where nothing does. */
export function addEntries(text: string, wanted: Commands, file: string): string {
  let result = text;
  for (const place of HOOK_PLACES) {
    const command = wanted[place];
    if (command === undefined) continue;
    const own = ownHandlers(parseSettings(result, file), place);
    if (own.length === 1 && own[0]?.command === command) continue;
    result = removeHooks(result, place, file);
    result = insert(result, ['hooks', EVENTS[place], -1], GROUPS[place](command));
  }
  const { statusline } = wanted;
  if (statusline === undefined) return result;
  const { commands, foreignStatusLine } = findEntries(result, file);
  if (foreignStatusLine || commands.statusline === statusline) return result;
  if (commands.statusline !== undefined) result = removeValue(result, ['statusLine']);
  return insert(result, ['statusLine'], {
    type: 'command',
    command: statusline,
    refreshInterval: 5,
  });
}

/** Takes out everything that is ours, and what only held it. */
export function removeEntries(text: string, file: string): string {
  let result = text;
  for (const place of HOOK_PLACES) result = removeHooks(result, place, file);
  const { commands } = findEntries(result, file);
  return commands.statusline === undefined ? result : removeValue(result, ['statusLine']);
}

function removeHooks(text: string, place: HookPlace, file: string): string {
  let result = text;
  for (;;) {
    const settings = parseSettings(result, file);
    const [own] = ownHandlers(settings, place);
    if (own === undefined) return result;
    const event = EVENTS[place];
    const groups = settings.hooks?.[event] ?? [];
    const alone: readonly [JSONPath, boolean][] = [
      [['hooks'], Object.keys(settings.hooks ?? {}).length === 1 && groups.length === 1],
      [['hooks', event], groups.length === 1],
      [['hooks', event, own.group], true],
    ];
    const path =
      groups[own.group]?.hooks?.length === 1
        ? (alone.find(([, holdsNothingElse]) => holdsNothingElse) as [JSONPath, boolean])[0]
        : ['hooks', event, own.group, 'hooks', own.index];
    result = removeValue(result, path);
  }
}

function ownHandlers(settings: Settings, place: HookPlace) {
  return (settings.hooks?.[EVENTS[place]] ?? []).flatMap(({ hooks = [] }, group) =>
    hooks.flatMap(({ command }, index) =>
      isOurs(place, command) ? [{ group, index, command }] : [],
    ),
  );
}

function insert(text: string, path: JSONPath, value: unknown): string {
  return insertValue(text.trim() === '' ? '{}\n' : text, path, value);
}

function parseSettings(text: string, file: string): Settings {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const before = text.slice(0, error.offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw invalid(file, `${place}: ${printParseErrorCode(error.error)}`);
  }
  if (!isObject(value)) throw invalid(file, 'it holds no object');
  const { hooks } = value;
  if (hooks !== undefined && !isObject(hooks)) throw invalid(file, '`hooks` is no object');
  for (const [event, groups] of Object.entries(hooks ?? {})) {
    const sound =
      Array.isArray(groups) &&
      groups.every(
        (group) => isObject(group) && (group['hooks'] === undefined || isList(group['hooks'])),
      );
    if (!sound) throw invalid(file, `\`hooks.${event}\` is no list of hooks`);
  }
  const { statusLine } = value;
  if (statusLine !== undefined && !isObject(statusLine)) {
    throw invalid(file, '`statusLine` is no object');
  }
  return value as Settings;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function invalid(file: string, what: string): WaterwallError<'config-invalid'> {
  return new WaterwallError('config-invalid', `${file} is no settings file (${what})`, {
    fix: 'mend it first: nothing was changed',
    details: { file },
  });
}
