import { type ByteClass, byteClass, byteRange } from '../byte-class.ts';
import type { Match, MatchText } from '../match.ts';
import { quoteAt } from './quote.ts';
import { valueAt } from './value.ts';
import { isWorth, type Worth } from './worth.ts';

/** Passwords that no name tells but their place: an argument of a command, a field of a file. */

interface Place {
  /** What is looked for; in a command, what follows may belong to a longer name. */
  readonly sign: string;
  /** What stands between the sign and the password. */
  readonly between: RegExp;
  /** The argument is a name, a colon and the password. */
  readonly isLogin?: boolean;
  /** Of a file, where other characters may stand in a value than in a shell. */
  readonly isField?: boolean;
}

const NETRC =
  /^ *[\w.-]+(?:\s|\\+[nrt])+login(?:\s|\\+[nrt])+(?!anonymous)[\w.@+=-]+(?:\s|\\+[nrt])+password[ \t]+/;
const PGPASS = /^[\w.*-]+:[\w.@*-]+:/;
const OPENSSL = /^ *(?:\\*["'])?pass:/;

const IN_QUOTES = /^ *\\*["']/;

/** By how they are used. */
const KNOWN: ReadonlyMap<string, Place> = new Map([
  ['sshpass -p ', { sign: 'sshpass ', between: /^ ?-p ?/ }],
  // With a space, `-p` asks for the password.
  ['mysql -p', { sign: 'mysql', between: / -p(?! )/ }],
  ['mariadb -p', { sign: 'mariadb', between: / -p(?! )/ }],
  ['mongosh -p ', { sign: 'mongo', between: / -p ?/ }],
  ['docker login -p ', { sign: ' login ', between: /(?:^| )-p / }],
  ['redis-cli -a ', { sign: 'redis-cli ', between: /(?:^| )-a / }],
  ['ldapsearch -w ', { sign: 'ldap', between: / -w ?/ }],
  ['sqlcmd -P ', { sign: 'sqlcmd ', between: /(?:^| )-P ?/ }],
  [
    'curl -u name:',
    { sign: 'curl ', between: /(?:^| )(?:-u|--user|-U|--proxy-user)[ =]/, isLogin: true },
  ],
  ['openssl rsa -passin pass:', { sign: '-passin ', between: OPENSSL, isField: true }],
  ['openssl rsa -passout pass:', { sign: '-passout ', between: OPENSSL, isField: true }],
  ["IDENTIFIED BY '", { sign: 'IDENTIFIED BY ', between: IN_QUOTES, isField: true }],
  ["identified by '", { sign: 'identified by ', between: IN_QUOTES, isField: true }],
  ['requirepass ', { sign: 'requirepass ', between: /^ */, isField: true }],
  ['masterauth ', { sign: 'masterauth ', between: /^ */, isField: true }],
  ['machine example.org login name password ', { sign: 'machine ', between: NETRC, isField: true }],
  ['localhost:5432:database:user:', { sign: ':5432:', between: PGPASS, isField: true }],
  ['localhost:6432:database:user:', { sign: ':6432:', between: PGPASS, isField: true }],
]);

/** What a password stands behind. */
export const PLACES: readonly string[] = [...KNOWN.keys()];

/** What a place is known by. */
export function signOf(place: string): string {
  return (KNOWN.get(place) as Place).sign;
}

/** Where words end in shells; quotes end what stands in them. */
const ARGUMENT = byteClass(
  byteRange(0x21, 0x7e).filter((byte) => !'"\'`\\;&|()<>'.includes(String.fromCharCode(byte))),
);
const FIELD = byteClass(
  byteRange(0x21, 0x7e).filter((byte) => !'"\'`\\'.includes(String.fromCharCode(byte))),
);
const LONGEST = 200;
/** How much behind a sign is looked at. */
const REACH = 160;
/** In JSON, a backslash before a line end has two for itself where the line end has one. */
const LINE_END = /[^\\](?:\r?\n|(?:\\{3})*\\{1,2}n)/;

/**
 * The password that stands in a place.
 *
 * @param place - one of {@link PLACES}
 * @param end - of its sign
 */
export function findPlaced(
  text: MatchText,
  place: string,
  end: number,
  worth: Worth,
): Match | undefined {
  const { bytes } = text;
  const { between, isLogin, isField } = KNOWN.get(place) as Place;
  const rest = bytes.toString('latin1', end, end + REACH);
  const found = between.exec(rest);
  if (found === null) return undefined;
  const length = found.index + found[0].length;
  if (!isField && LINE_END.test(rest.slice(0, length))) return undefined;
  const at = end + length;
  const match = isLogin ? passwordAt(text, at) : argumentAt(text, at, isField ? FIELD : ARGUMENT);
  return match && isWorth({ bytes, ...match }, worth) ? match : undefined;
}

function argumentAt({ bytes, runEnd }: MatchText, at: number, bare: ByteClass): Match | undefined {
  if (quoteAt(bytes, at) === undefined) {
    const end = runEnd(bare, at);
    return end - at > LONGEST ? undefined : { start: at, end };
  }
  const value = valueAt(bytes, at, runEnd, false);
  return value && { start: value.start, end: value.end };
}

/** A slash behind the colon belongs to a path or a URL. */
const NAME_BEFORE_PASSWORD = /^[\w.@+\\/${}-]{0,64}:(?!\/)/;
const LONGEST_NAME = 68;

/** The password behind `name:`, which may be quoted alone or with the name. */
function passwordAt(text: MatchText, at: number): Match | undefined {
  const { bytes } = text;
  const start = quoteAt(bytes, at)?.end ?? at;
  const name = NAME_BEFORE_PASSWORD.exec(
    bytes.toString('latin1', start, start + LONGEST_NAME),
  )?.[0];
  if (name === undefined) return undefined;
  if (start === at) return argumentAt(text, at + name.length, ARGUMENT);
  const argument = argumentAt(text, at, ARGUMENT);
  return argument && { start: start + name.length, end: argument.end };
}
