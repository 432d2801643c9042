/** The dump of a text as tools print it. */
export function dumped(text: string, columns: number, tool: 'xxd' | 'hexdump' | 'od'): string {
  const file = Buffer.from(text);
  const lines: string[] = [];
  for (let at = 0; at < file.length; at += columns) {
    const bytes = [...file.subarray(at, at + columns)];
    const pairs = bytes.map((byte) => hexOf(String.fromCharCode(byte), 'latin1'));
    const shown = bytes.map((byte) =>
      byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.',
    );
    const offset = at.toString(16).padStart(8, '0');
    if (tool === 'xxd') {
      const words = pairs.join('').replaceAll(/.{4}(?=.)/g, '$& ');
      const width = Math.floor((columns * 5 - 1) / 2) + (columns % 2);
      lines.push(`${offset}: ${words.padEnd(width)}  ${shown.join('')}`);
    } else if (tool === 'hexdump') {
      const half = pairs.slice(0, 8).join(' ');
      const rest = pairs.slice(8).join(' ');
      lines.push(`${offset}  ${`${half}  ${rest}`.padEnd(3 * columns + 1)} |${shown.join('')}|`);
    } else {
      lines.push(`${at.toString(8).padStart(7, '0')} ${pairs.join(' ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

export function hexOf(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding).toString('hex');
}
