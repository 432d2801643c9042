/** Tells what stands for a secret from secrets: templates, examples, words that mean “put it here”. */

/** Whether a text is a template, words such as `password`, or nothing but `xxx` and `123`. */
export function isBlank(text: string): boolean {
  return (
    TEMPLATE.test(text) ||
    isRegular(text) ||
    DIGITS.includes(text) ||
    (LETTERS.test(text) && consistsOf(text.toLowerCase()))
  );
}

/** Whether a text is a template, or a part of it says that it is none of the real ones. */
export function saysSo(text: string): boolean {
  return TEMPLATE.test(text) || SAYS_SO.test(text) || isRegular(text);
}

/** Whether a text is one of these, or made of words. */
export function isStandIn(text: string): boolean {
  return saysSo(text) || DIGITS.includes(text) || isMadeOfWords(text);
}

const LETTERS = /^[A-Za-z]+$/;
const DIGITS = '012345678901234567890';

/** `${X}`, `{{x}}`, `{user}`, `<your-key>`, `%s`, `$(cmd)`, `$X`, `#{x}`, `[x]`, `__X__`, `@x@`, `%X%`. */
const TEMPLATE =
  /\$\{|\$\(|\{\{|#\{|<%|%>|\{[\w .:,-]{0,64}\}|<[^<>]{0,64}>|%[sdvrq@]|%\(|%\{|^\$[A-Za-z_]\w*$|^\$\d$|<pl:|^\[.{0,128}\]$|^__\w*__$|^@.{1,64}@$|^%\w{1,64}%$/;

const SAYS_SO =
  /example|placeholder|change[-_]?me|dummy|redacted|censored|masked|sample|x{4}|\*{3}|\.{3}|•|your[-_a-z]|abcdefgh|12345678|01234567|deadbeef|qwerty|lorem|insert[-_]|-goes-|fixture/i;

/** The same character or few again and again. */
function isRegular(text: string): boolean {
  const half = text.length / 2;
  for (let period = 1; period <= Math.min(4, half); period++) {
    let at = period;
    while (at < text.length && text[at] === text[at - period]) at++;
    if (at === text.length) return true;
  }
  return false;
}

/** Words of which nobody makes a secret that protects something. */
const WORDS = new Set(
  (
    'a abc access account admin administrator after again and anon any api app appid asdf auth bad bar baz before ' +
    'bearer bob alice client code correct credential credentials db database default demo dev developer ' +
    'empty env fail fake false foo foobar for from google guest hard hello here hidden ' +
    'id in invalid is it jane john jwt key keyboard letmein local login long master me mock monkey mongo my mysql name ' +
    'new nil no none not null number of oauth oauth2 old one or pass passphrase passw passwd password passwords ' +
    'phrase postgres prod production pwd put qux rabbit random redis refresh root s salt secret secrets secure security ' +
    'session set shared short sign signing some staging string strong super system tbd temp temporary test tester testing text the ' +
    'this to todo token two type undefined unit unknown update user username users valid value very weak ' +
    'welcome with word world wrong xyz github gitlab slack stripe aws azure openai server service bot cat dog elastic kafka minio sa service pg'
  ).split(' '),
);
const LONGEST_WORD = 13;
/** Longer texts are made of other things too. */
const LONGEST_PHRASE = 80;

const SPELLED: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

function isMadeOfWords(text: string): boolean {
  if (text.length > LONGEST_PHRASE) return false;
  // `SuperSecret123!` may be somebody's: only the best known word counts as none.
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\w.-]/].filter((kind) => kind.test(text)).length;
  const stem = text.toLowerCase();
  const letters = stem.replace(/[^a-z]/g, '');
  // `P@ssw0rd1!`: what follows the word is no part of it.
  const spelled = stem
    .replace(/[^a-z]+$/, '')
    .replace(/[0134574@$!]/g, (char) => SPELLED[char] ?? '')
    .replace(/[^a-z]/g, '');
  if (kinds === 4) return letters === 'password' || spelled === 'password';
  return consistsOf(letters) || (spelled !== letters && consistsOf(spelled));
}

/** Whether a text is a sequence of the words: one step for each place and length. */
function consistsOf(text: string): boolean {
  if (text === '') return false;
  const reached = new Uint8Array(text.length + 1);
  reached[0] = 1;
  for (let at = 0; at < text.length; at++) {
    if (reached[at] === 0) continue;
    for (let length = 1; length <= Math.min(LONGEST_WORD, text.length - at); length++) {
      if (WORDS.has(text.slice(at, at + length))) reached[at + length] = 1;
    }
  }
  return reached[text.length] === 1;
}
