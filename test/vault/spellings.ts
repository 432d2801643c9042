/** Spellings of one placeholder, for tests. */

export const KNOWN = '0123456789abcdef';
export const OTHER = 'fedcba9876543210';

export interface Sample {
  readonly text: string;
  readonly form: string;
  readonly layers: number;
}

/** Every spelling of `<pl:TYPE:h>`. */
export function spellings(type: string, h: string, escapes = 0): Sample[] {
  const name = `pl${'-esc'.repeat(escapes)}`;
  const body = `${name}:${type}:${h}`;
  const run = (count: number) => '\\'.repeat(count);
  const layered = [1, 2, 4, 8].flatMap((count, layers) => [
    { text: `${run(count)}u003c${body}${run(count)}u003e`, form: 'json', layers: layers + 1 },
    { text: `${run(count)}u003C${body}${run(count)}u003E`, form: 'json', layers: layers + 1 },
    { text: `${run(count)}u003c${body}>`, form: 'json', layers: layers + 1 },
    { text: `<${body}${run(count)}u003e`, form: 'json', layers: layers + 1 },
    { text: `${run(count)}<${body}${run(count)}>`, form: 'backslash', layers },
    { text: `<${body}${run(count)}>`, form: 'backslash', layers },
    { text: `${run(count)}u0026lt;${body}${run(count)}u0026gt;`, form: 'html', layers: layers + 1 },
  ]);
  return [
    { text: `<${body}>`, form: 'plain', layers: 0 },
    { text: `<${name}:${type}:${h.toUpperCase()}>`, form: 'plain', layers: 0 },
    { text: `&lt;${body}&gt;`, form: 'html', layers: 0 },
    { text: `&#60;${body}&#62;`, form: 'html', layers: 0 },
    { text: `&#x3c;${body}&#X3E;`, form: 'html', layers: 0 },
    { text: `&lt;${body}>`, form: 'html', layers: 0 },
    { text: `%3C${body}%3E`, form: 'percent', layers: 0 },
    {
      text: `%3c${name}%3A${type.replaceAll('_', '%5F')}%3a${h}%3e`,
      form: 'percent',
      layers: 0,
    },
    ...layered,
  ];
}
