import { makeSecret } from '../../support/secrets.ts';

/** Values that the operator named, the second with everything that encoders escape. */
export const KNOWN = ['hunter2-Pa55w0rd', 'pä"ss\\w0rd\'&<x>/ü'] as const;

/** What a pattern recognises whatever stands around it. */
export const TOKEN = makeSecret('GITHUB_TOKEN', 5);

const unicode = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** The secrets as they stand in all sorts of traffic. */
export const WRITTEN_SECRETS: readonly string[] = [...KNOWN, TOKEN].flatMap((value) => {
  const once = JSON.stringify(value).slice(1, -1);
  const bytes = Buffer.from(value);
  return [
    value,
    once,
    JSON.stringify(once).slice(1, -1),
    unicode(value),
    once.replace(/[<>&']/g, unicode),
    once.replaceAll('/', '\\/'),
    encodeURIComponent(value),
    [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.from(`x${value}`).toString('base64'),
    bytes.toString('hex'),
  ];
});
