/** What is wrong with a host name; undefined where it is well formed (RFC 1123, no address). */
export function hostnameProblem(name: string): string | undefined {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const labels = bare.split('.');
  if (bare.includes(':') || bare.startsWith('[')) return 'must be a host name, not an address';
  // A last label of digits makes URL parsers read an IPv4 address, however odd (WHATWG URL).
  if (/^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? ''))
    return 'must be a host name, not an address';
  if (name !== bare) return 'must be written without the dot at the end';
  if (name.includes('*')) return 'must be one host; wildcards are not possible here';
  const wellFormed = (label: string) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label);
  if (name.length > 253 || !labels.every(wellFormed)) {
    return 'is no host name (letters, digits and hyphens between dots)';
  }
  return undefined;
}
