import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAgentFile, removeAgentFile, writeAgentFile } from './agent-file.ts';
import { commandFor, type Launch, PLACES, type Place } from './commands.ts';
import { addMemory, hasMemory, removeMemory } from './memory-text.ts';
import { addEntries, type Commands, findEntries, removeEntries } from './settings-text.ts';

/** `absent`: nothing of ours. `outdated`: ours, but of another installation. `foreign`: not ours. */
export type PlaceState = 'installed' | 'outdated' | 'absent' | 'foreign';

/** What `waterwall hook install|uninstall|status` tells. */
export interface HookReport extends Readonly<Record<Place, PlaceState>> {
  readonly settings: string;
  /** Both hooks are there, and the agent runs hooks. */
  readonly active: boolean;
  readonly hooks_disabled: boolean;
  readonly memory: { readonly file: string; readonly state: 'installed' | 'absent' };
  /** Files that were written or removed. */
  readonly changed: readonly string[];
  /** What the settings said before the first installation; null where there is none. */
  readonly backup: string | null;
}

export interface HookFiles {
  readonly settings: string;
  readonly memory: string;
}

/** Where Claude Code keeps its settings, or where it was told to. */
export function hookFiles(
  env: NodeJS.ProcessEnv,
  given: { readonly settings?: string; readonly memory?: string },
): HookFiles {
  const folder = env['CLAUDE_CONFIG_DIR'] || join(homedir(), '.claude');
  const settings = given.settings ?? join(folder, 'settings.json');
  return { settings, memory: given.memory ?? join(dirname(settings), 'CLAUDE.md') };
}

/** Puts the hooks in; the same again changes nothing. */
export function installHooks(
  files: HookFiles,
  launch: Launch,
  wanted: { readonly statusline: boolean; readonly memory: string | undefined },
): HookReport {
  const { settings, memory } = files;
  const changed: string[] = [];
  const before = readAgentFile(settings);
  const places = PLACES.filter((place) => place !== 'statusline' || wanted.statusline);
  const commands = Object.fromEntries(places.map((place) => [place, commandFor(place, launch)]));
  const after = withMark(before ?? '', (text) => addEntries(text, commands, settings));
  if (after !== (before ?? '')) {
    const first = Object.keys(findEntries(unmarked(before ?? ''), settings).commands).length === 0;
    // A backup of what holds our own entries already would be none.
    if (before !== undefined && first) writeAgentFile(backupOf(settings), before);
    if (before === undefined) removeAgentFile(backupOf(settings));
    writeAgentFile(settings, after);
    changed.push(settings);
  }
  if (wanted.memory !== undefined) {
    const old = readAgentFile(memory);
    const text = addMemory(old ?? '', wanted.memory);
    if (text !== old) {
      writeAgentFile(memory, text);
      changed.push(memory);
    }
  }
  return { ...hookStatus(files, launch), changed };
}

/** Takes out everything that is ours. Where nothing else was changed since, byte for byte. */
export function uninstallHooks(files: HookFiles, launch: Launch): HookReport {
  const { settings, memory } = files;
  const changed: string[] = [];
  const before = readAgentFile(settings);
  if (before !== undefined) {
    const { commands } = findEntries(unmarked(before), settings);
    if (Object.keys(commands).length > 0) {
      restoreSettings(settings, before, commands);
      changed.push(settings);
    }
  }
  const text = readAgentFile(memory);
  if (text !== undefined && hasMemory(text)) {
    const rest = removeMemory(text);
    if (rest === '') removeAgentFile(memory);
    else writeAgentFile(memory, rest);
    changed.push(memory);
  }
  return { ...hookStatus(files, launch), changed };
}

function restoreSettings(file: string, text: string, commands: Commands): void {
  const backup = readAgentFile(backupOf(file));
  const untouched = (old: string): boolean =>
    withMark(old, (each) => addEntries(each, commands, file)) === text;
  if (backup !== undefined && untouched(backup)) {
    writeAgentFile(file, backup);
    removeAgentFile(backupOf(file));
    return;
  }
  // There was no file before.
  if (backup === undefined && untouched('')) {
    removeAgentFile(file);
    return;
  }
  writeAgentFile(
    file,
    withMark(text, (each) => removeEntries(each, file)),
  );
}

/** What is installed now. */
export function hookStatus(files: HookFiles, launch: Launch): HookReport {
  const { settings, memory } = files;
  const found = findEntries(unmarked(readAgentFile(settings) ?? ''), settings);
  const stateOf = (place: Place): PlaceState => {
    const command = found.commands[place];
    if (command === commandFor(place, launch)) return 'installed';
    if (command !== undefined) return 'outdated';
    return place === 'statusline' && found.foreignStatusLine ? 'foreign' : 'absent';
  };
  const states = Object.fromEntries(PLACES.map((place) => [place, stateOf(place)])) as Record<
    Place,
    PlaceState
  >;
  const hooked = [states.session_start, states.gate].every((state) => state === 'installed');
  const backup = backupOf(settings);
  return {
    settings,
    active: hooked && !found.hooksDisabled,
    ...states,
    hooks_disabled: found.hooksDisabled,
    memory: {
      file: memory,
      state: hasMemory(readAgentFile(memory) ?? '') ? 'installed' : 'absent',
    },
    changed: [],
    backup: readAgentFile(backup) === undefined ? null : backup,
  };
}

function backupOf(file: string): string {
  return `${file}.before-waterwall`;
}

const MARK = '\ufeff';

function unmarked(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}

/** A byte order mark is not JSON's, but some editors'. */
function withMark(text: string, change: (text: string) => string): string {
  return (text.startsWith(MARK) ? MARK : '') + change(unmarked(text));
}
