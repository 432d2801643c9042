import { encodeEscapes } from '../json/text.ts';
import type { Form } from '../vault/forms.ts';
import type { Secret } from '../vault/secret.ts';

const HTML: Readonly<Record<number, string>> = {
  34: '&quot;',
  38: '&amp;',
  39: '&#39;',
  60: '&lt;',
  62: '&gt;',
};

const BACKSLASHED = new Set(Buffer.from(' !"#$&\'()*;<>?[\\]^`{|}~'));
const UNRESERVED = /[A-Za-z0-9\-._~]/;
const UNDERSCORE = 0x5f;

/**
 * Spells a secret as the place demands in which its placeholder stands.
 *
 * @param base - layers of JSON escaping that lie over the place, whatever the placeholder shows
 */
export function spellSecret(secret: Secret, form: Form, base: number): Buffer {
  return encodeEscapes(encode(secret.reveal(), form), Math.max(base, form.layers));
}

function encode(value: Buffer, form: Form): Buffer {
  switch (form.form) {
    case 'html':
      return rewrite(value, (byte) => HTML[byte]);
    case 'percent':
      return rewrite(value, (byte) =>
        UNRESERVED.test(String.fromCharCode(byte))
          ? undefined
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      );
    case 'backslash':
      return rewrite(value, (byte) =>
        BACKSLASHED.has(byte) || (form.underscores && byte === UNDERSCORE)
          ? `\\${String.fromCharCode(byte)}`
          : undefined,
      );
    default:
      return value;
  }
}

function rewrite(value: Buffer, spelling: (byte: number) => string | undefined): Buffer {
  let text = '';
  for (const byte of value) text += spelling(byte) ?? String.fromCharCode(byte);
  return Buffer.from(text, 'latin1');
}
