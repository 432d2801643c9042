import type { Provider } from './provider.ts';
import type { MadeSecret } from './secrets.ts';

/**
 * Names the secrets of which the stand-in received something: the whole, its last sixteen
 * characters, or a line of a key, plain, JSON-escaped or in base64, base64url, hex or
 * percent-encoding. Searched are all raw bytes and every request decoded.
 */
export function findLeaks(provider: Provider, secrets: readonly MadeSecret[]): string[] {
  const texts = provider.requests.map((request) => `${request.url}\n${request.text()}`);
  const plain = [provider.received().toString('latin1'), ...texts, ...provider.messages];
  const haystack = [...plain, ...plain.map(percentDecoded)].join('\n');
  const found = secrets.flatMap(({ type, value }) =>
    piecesOf(value).flatMap((piece) =>
      Object.entries(formsOf(piece))
        .filter(([, form]) => form.length >= 12 && haystack.includes(form))
        .map(([name]) => `${type} ${name}`),
    ),
  );
  return [...new Set(found)];
}

function piecesOf(value: string): string[] {
  const lines = value.split('\n').filter((line) => !line.startsWith('-----') && line !== '');
  return lines.flatMap((line) => [line, line.slice(-16)]);
}

function formsOf(piece: string): Record<string, string> {
  const bytes = Buffer.from(piece);
  const forms: Record<string, string> = {
    plain: piece,
    escaped: JSON.stringify(piece).slice(1, -1),
    percent: encodeURIComponent(piece),
    hex: bytes.toString('hex'),
    HEX: bytes.toString('hex').toUpperCase(),
  };
  // At any alignment the middle of the text is encoded in one of three ways.
  for (const shift of [0, 1, 2]) {
    const whole = bytes.subarray(shift, bytes.length - ((bytes.length - shift) % 3));
    forms[`base64 at ${shift}`] = whole.toString('base64');
    forms[`base64url at ${shift}`] = whole.toString('base64url');
  }
  return forms;
}

function percentDecoded(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
