/**
 * Everything that a provider may take out of a message by the decodings that are promised to be
 * seen through: strings of JSON, of JSON in them, percent-encoding, base64, hex.
 */
export function readingsOf(message: Buffer): string[] {
  const readings = new Set<string>([message.toString('utf8')]);
  for (let layer = 0, from: Iterable<string> = [...readings]; layer < 3; layer++) {
    const strings = [...from].flatMap((text) => stringsOf(parsed(text)));
    for (const text of strings) readings.add(text);
    from = strings;
  }
  return [...readings].flatMap((text) => [text, ...percentDecoded(text), ...encodedIn(text)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** All strings and names in a value. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...stringsOf(item)]);
}

function percentDecoded(text: string): string[] {
  if (!text.includes('%')) return [];
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return [Buffer.from(decoded, 'latin1').toString('utf8')];
}

function encodedIn(text: string): string[] {
  const base64 = text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? [];
  const hex = text.match(/(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}/g) ?? [];
  return [
    ...base64.map((run) => Buffer.from(run, 'base64').toString('utf8')),
    ...hex.map((run) => Buffer.from(run, 'hex').toString('utf8')),
  ];
}
