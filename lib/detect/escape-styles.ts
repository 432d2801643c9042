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

const entities =
  (names: Readonly<Record<string, string>>): Style =>
  (text) =>
    text.replace(/[&<>"']/g, (char) => names[char] ?? char);

const MARKUP = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * How a value is spelled where something else than JSON quotes it: markup, source code, SQL and YAML,
 * shells, CSV. Each is a text of its own, and comes back as it stood.
 */
const SPELLINGS: readonly Style[] = [
  entities(MARKUP),
  ...['&#39;', '&#x27;', '&apos;', "'"].map((apostrophe) =>
    entities({ ...MARKUP, '"': '&quot;', "'": apostrophe }),
  ),
  (text) => text.replaceAll('\\', '\\\\'),
  (text) => text.replaceAll(/[\\']/g, '\\$&'),
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll("'", "'\\''"),
  (text) => text.replaceAll('"', '""'),
  // Double quotes of shells, template strings of JavaScript, double quotes of PowerShell.
  (text) => text.replaceAll(/["$`\\]/g, '\\$&'),
  (text) => text.replaceAll(/[`\\]|\$(?=\{)/g, '\\$&'),
  (text) => text.replaceAll(/["$`]/g, '`$&').replaceAll('\n', '`n').replaceAll('\r', '`r'),
  // Forms: with percent-encoding that the encoder writes in one of two cases.
  (text) => text.replaceAll(' ', '+'),
  percentForm,
  (text) => percentForm(text).replaceAll(/%../g, (code) => code.toLowerCase()),
];
const SPELLED_OTHERWISE = /[&<>"'\\$` \r\n]/;

/** As browsers write a value of a form; without spaces it reads like any percent-encoded text. */
function percentForm(text: string): string {
  return text.includes(' ') ? new URLSearchParams({ '': text }).toString().slice(1) : text;
}

/** A way in which a value stands in traffic. */
export interface WrittenForm {
  readonly bytes: Buffer;
  readonly depth: number;
  /** Present where the value is not escaped but encoded. */
  readonly encoded?: EncodedForm;
}

/** As deep as what agents run nests JSON, in whatever style. */
const MAX_DEPTH = 3;
/** Tool output in tool output, in a call's arguments, in a request: by JavaScript's encoder, as a rule. */
const MAX_PLAIN_DEPTH = 6;

/**
 * A value as it is, JSON-escaped in each style and, in that of JavaScript, more often, spelled, and
 * encoded; no form twice.
 */
export function writtenForms(value: Uint8Array): WrittenForm[] {
  const bytes = Buffer.from(value);
  // What is no UTF-8 is escaped byte by byte; encoders agree on ASCII.
  const isText = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
  const encoding = isText ? 'utf8' : 'latin1';
  const forms = new Map<string, WrittenForm>();
  const add = (form: WrittenForm): void => {
    const key = form.bytes.toString('latin1');
    if (!forms.has(key)) forms.set(key, form);
  };
  const addEscaped = (value: string, styles: readonly Style[]): void => {
    for (const style of styles) {
      let text = value;
      const most = style === plain ? MAX_PLAIN_DEPTH : MAX_DEPTH;
      for (let depth = 1; depth <= most; depth++) {
        text = style === slashes && depth > 1 ? plain(text) : style(text);
        add({ bytes: Buffer.from(text, encoding), depth });
      }
    }
  };
  const text = bytes.toString(encoding);
  add({ bytes, depth: 0 });
  addEscaped(text, isText ? [...STYLES, slashes] : [plain]);
  for (const spell of isText && SPELLED_OTHERWISE.test(text) ? SPELLINGS : []) {
    const spelled = spell(text);
    if (spelled === text) continue;
    add({ bytes: Buffer.from(spelled), depth: 0 });
    addEscaped(spelled, STYLES);
  }
  for (const encoded of encodedForms(bytes)) add({ bytes: encoded.bytes, depth: 0, encoded });
  return [...forms.values()];
}
