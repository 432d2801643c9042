/** Ways in which a model writes a placeholder otherwise than it was shown it. */
export const FILTERS: Readonly<Record<string, (text: string) => string>> = {
  /** HTML entities, as in generated markup. */
  html: (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  /** JSON's own escapes, as Go's encoder writes them. */
  json: (text) => text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'),
  /** Percent-encoding, as in a query. */
  percent: (text) => encodeURIComponent(text),
  /** Backslashes as in Markdown. */
  markdown: (text) => text.replace(/[<>_]/g, '\\$&'),
  /** Backslashes as in a shell word. */
  shell: (text) => text.replace(/[<>]/g, '\\$&'),
  /** Upper-case digits. */
  upper: (text) => text.replace(/:([0-9a-f]{16})>/g, (_, hex: string) => `:${hex.toUpperCase()}>`),
  /** One digit is wrong: no such placeholder was ever made. */
  typo: (text) => text.replace(/[0-9a-f]>/g, (end) => (end === '0>' ? '1>' : '0>')),
  /** The line numbers the file was shown with are left out (`12\t`, `12→`, `12: `, `12|`). */
  unnumbered: (text) => text.replace(/^[ \t]*\d+(?:→|\t|\||: ?)/gm, ''),
  /** What a command printed, without what the tool says of its run before it. */
  output: (text) => text.replace(/^[\s\S]*?^Output:\n/m, ''),
  /** The lines of a file that a tool has put between tags, with a note at their end. */
  content: (text) => /<content>\n([\s\S]*?)\n\n\(End of file/.exec(text)?.[1] ?? text,
  /** Each line becomes a quotation. */
  quoted: (text) => text.replace(/^/gm, '> '),
  /** Inside an address. */
  url: (text) => `https://example.test/?q=${encodeURIComponent(text)}&ok=1`,
};

/** Applies the filters named in `{{value|a|b}}`, in order. */
export function applyFilters(text: string, names: readonly string[]): string {
  return names.reduce((result, name) => {
    const filter = FILTERS[name];
    if (filter === undefined) throw new Error(`no such filter: ${name}`);
    return filter(result);
  }, text);
}
