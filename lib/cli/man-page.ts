/** The man page, written from the commands; man(7). */

import { type CommandOutline, withDescendants } from './outline.ts';

/** What no command says about itself. */
const CLOSING = `.SH EXIT STATUS
.TP
.B 0
fine
.TP
.B 1
the answer is no
.TP
.B 2
wrong usage, or an input/output error
.PP
.B verify\\-chain
has its own, see there.
.SH ENVIRONMENT
.TP
.B WATERWALL_HOME
A folder that holds everything, in
.IR etc ,
.I log
and
.IR run .
.TP
.B NO_COLOR
No colours.
.TP
.B WATERWALL_DEBUG
Say where an unexpected failure comes from.
.SH FILES
Configuration lies in
.I /etc/waterwall
for root and wherever that folder can be read, else in
.IR $XDG_CONFIG_HOME/waterwall .
.TP
.I config.yaml
settings
.TP
.I permitted_hosts.yaml
the providers whose traffic is opened
.TP
.I patterns.yaml
patterns of your own, exceptions, types that are switched off
.TP
.I known_secrets.yaml
values that no pattern knows
.TP
.I run/kill
stops all egress while it exists
.PP
.B waterwall config
prints where everything lies.
.SH SEE ALSO
.I docs/runbook.md
of the installation explains every refusal and every check.
`;

/** @param version - of the program */
export function manPage(program: CommandOutline, version: string): string {
  const commands = withDescendants(program).slice(1);
  return [
    `.TH WATERWALL 1 "" "Waterwall ${version}" "User Commands"`,
    '.SH NAME',
    `waterwall \\- ${roff(asClause(program.description))}`,
    '.SH SYNOPSIS',
    '.B waterwall',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    'A proxy on this machine that AI coding agents talk through. It replaces every secret in a request',
    'by a placeholder, and puts the secret back in the answer.',
    '.PP',
    'Start with',
    '.BR "waterwall demo" ,',
    'then',
    '.BR "waterwall up" ,',
    'then',
    '.BR "waterwall run \\-\\- claude" .',
    '.SH COMMANDS',
    ...commands.flatMap(section),
    CLOSING,
  ].join('\n');
}

function section(command: CommandOutline): readonly string[] {
  const { path, arguments: given, options, commands, description, after } = command;
  // A command that only groups others is described by them.
  const usage = [
    `\\fBwaterwall ${roff(path)}\\fR`,
    ...(options.length > 0 ? ['[\\fIoptions\\fR]'] : []),
    ...given.map((argument) => `\\fI${roff(argument.usage)}\\fR`),
    ...(commands.length > 0 ? ['\\fIcommand\\fR'] : []),
  ].join(' ');
  return [
    `.SS ${usage}`,
    roff(description),
    ...given.flatMap((argument) => item(argument.usage, argument.description)),
    ...options.flatMap((option) => item(option.flags, option.description)),
    ...(after === '' ? [] : ['.PP', '.nf', ...after.split('\n').map(roff), '.fi']),
  ];
}

function item(term: string, says: string): readonly string[] {
  return ['.TP', `.B ${roff(term)}`, roff(says)];
}

/** As the list of man pages shows it: no capital, no full stop. */
function asClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

/** Hyphens as typed, backslashes as themselves, and no line that begins a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
    .replace(/[^\n -~]/gu, (character) => {
      const code = character.codePointAt(0)?.toString(16).toUpperCase() ?? '';
      return `\\[u${code.padStart(4, '0')}]`;
    });
}
