const COLUMNS = 80;

/** The examples at the end of a verb's help; what does not fit beside its command stands below. */
export function examples(...lines: readonly (readonly [command: string, says: string])[]): string {
  const longest = Math.max(...lines.map(([command]) => command.length));
  const beside = lines.map(([command, says]) => `  $ ${command.padEnd(longest)}  ${says}`);
  const rows = beside.every((row) => row.length <= COLUMNS)
    ? beside
    : lines.map(([command, says]) => `  $ ${command}\n      ${says}`);
  return `\nExamples:\n${rows.join('\n')}`;
}
