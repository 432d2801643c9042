/** The commands as plain data, for what is generated from them: completions, the man page. */

import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';
import { buildProgram } from './program.ts';

/** What may stand for an argument or an option's value. */
export type Value =
  | { readonly kind: 'none' | 'text' | 'file' | 'folder' | 'command' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface OptionOutline {
  readonly long: string;
  readonly short: string | undefined;
  /** As it is written in help: `--days <n>`. */
  readonly flags: string;
  readonly description: string;
  readonly value: Value;
  readonly valueRequired: boolean;
}

export interface ArgumentOutline {
  /** As it is written in a usage line: `[files...]`. */
  readonly usage: string;
  readonly description: string;
  readonly value: Value;
}

export interface CommandOutline {
  /** From the first verb on: `hook install`; '' is the program itself. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentOutline[];
  readonly options: readonly OptionOutline[];
  readonly commands: readonly CommandOutline[];
  /** What help says after the options. */
  readonly after: string;
}

/** All commands. */
export async function outlineProgram(): Promise<CommandOutline> {
  return outline(await buildProgram({ wanted: () => true, json: false }), '');
}

function outline(command: Command, path: string): CommandOutline {
  return {
    path,
    summary: command.summary(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return {
        usage: argument.required ? `<${name}>` : `[${name}]`,
        description: argument.description,
        value: asValue(argument.name(), argument.argChoices),
      };
    }),
    options: command.options.map((option) => ({
      long: option.long ?? '',
      short: option.short,
      flags: option.flags,
      description: option.description,
      value: option.isBoolean()
        ? { kind: 'none' }
        : asValue(/[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '', option.argChoices),
      valueRequired: option.required,
    })),
    commands: command.commands.map((each) => outline(each, `${path} ${each.name()}`.trim())),
    after: helpAfter(command),
  };
}

/** What a value's name in the usage line says about it. */
const KINDS: Readonly<Record<string, 'file' | 'folder' | 'command'>> = {
  file: 'file',
  files: 'file',
  path: 'file',
  out: 'file',
  folder: 'folder',
  dir: 'folder',
  command: 'command',
};

function asValue(name: string, choices: readonly string[] | undefined): Value {
  if (choices !== undefined) return { kind: 'choice', choices };
  return { kind: KINDS[name] ?? 'text' };
}

/** Commander keeps added help text in listeners only. */
function helpAfter(command: Command): string {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  // An event emitter, which its types do not say.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.trim();
}

/** A command and all below it, parents first. */
export function withDescendants(command: CommandOutline): readonly CommandOutline[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
