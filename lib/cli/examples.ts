/** The examples at the end of a verb's help. */
export function examples(...lines: readonly (readonly [command: string, says: string])[]): string {
  const longest = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, says]) => `  $ ${command.padEnd(longest)}  ${says}`);
  return `\nExamples:\n${rows.join('\n')}`;
}
