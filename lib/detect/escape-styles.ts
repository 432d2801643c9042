import { type EncodedForm, encodedForms } from './encoded/values.ts';

/** How the common JSON encoders write one text: three styles that differ in what they escape. */

type Style = (text: string) => string;

const plain: Style = (text) => JSON.stringify(text).slice(1, -1);

const unicode = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const STYLES: readonly Style[] = [
  plain,
  // Python's default.
  (text) => plain(text).replace(/[\u0080-\uffff]/g, unicode),
  // Go's default.
  (text) => plain(text).replace(/[<>&\u2028\u2029]/g, unicode),
];

/** PHP's default: slashes too, in a document that another encoder then puts into its own. */
const slashes: Style = (text) => plain(text).replaceAll('/', '\\/');

/** A way in which a value stands in traffic. */
export interface WrittenForm {
  readonly bytes: Buffer;
  readonly depth: number;
  /** Present where the value is not escaped but encoded. */
  readonly encoded?: EncodedForm;
}

const MAX_DEPTH = 3;

/** A value as it is, JSON-escaped up to three times in each style, and encoded; no form twice. */
export function writtenForms(value: Uint8Array): WrittenForm[] {
  const bytes = Buffer.from(value);
  // What is no UTF-8 is escaped byte by byte; encoders agree on ASCII.
  const isText = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
  const encoding = isText ? 'utf8' : 'latin1';
  const forms = new Map<string, WrittenForm>([[bytes.toString('latin1'), { bytes, depth: 0 }]]);
  for (const style of isText ? [...STYLES, slashes] : [plain]) {
    let text = bytes.toString(encoding);
    for (let depth = 1; depth <= MAX_DEPTH; depth++) {
      text = style === slashes && depth > 1 ? plain(text) : style(text);
      const form = { bytes: Buffer.from(text, encoding), depth };
      const key = form.bytes.toString('latin1');
      if (!forms.has(key)) forms.set(key, form);
    }
  }
  for (const encoded of encodedForms(bytes)) {
    const key = encoded.bytes.toString('latin1');
    if (!forms.has(key)) forms.set(key, { bytes: encoded.bytes, depth: 0, encoded });
  }
  return [...forms.values()];
}
