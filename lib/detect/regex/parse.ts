import {
  ANY,
  anyCase,
  type ByteClass,
  byteClass,
  byteRange,
  DIGIT,
  SPACE,
  WORD,
} from '../byte-class.ts';

/** A regular expression over bytes that can be run in linear time. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: ByteClass }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: RegexNode;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'boundary'; readonly negated: boolean };

/** Why a regular expression is refused. */
export class RegexRefusal extends Error {}

const MAX_REPEAT = 1000;
/** Groups within groups. */
const MAX_DEPTH = 100;
const REFUSED_GROUPS: readonly (readonly [string, string])[] = [
  ['(?=', 'lookahead cannot run in linear time'],
  ['(?!', 'lookahead cannot run in linear time'],
  ['(?<=', 'lookbehind cannot run in linear time'],
  ['(?<!', 'lookbehind cannot run in linear time'],
  ['(?>', 'atomic groups are not supported'],
  ['(?(', 'conditional groups are not supported'],
];
const OPENERS = /\((?:\?:|\?<\w+>|\?P<\w+>|\?i:)?/y;
const COUNT = /\{(\d+)(?:(,)(\d*))?\}/y;
const NAMED_SETS: Readonly<Record<string, ByteClass>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: complement(DIGIT),
  W: complement(WORD),
  S: complement(SPACE),
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };
const DOT = byteClass(ANY.members.filter((byte) => byte !== 10));

/**
 * Parses the part of JavaScript's syntax that has a linear-time meaning.
 *
 * @throws RegexRefusal with the reason
 */
export function parseRegex(source: string): RegexNode {
  const ignoreCase = source.startsWith('(?i)');
  const reader = new RegexReader(ignoreCase ? source.slice(4) : source, ignoreCase);
  return reader.read();
}

class RegexReader {
  readonly #source: string;
  #ignoreCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string, ignoreCase: boolean) {
    this.#source = source;
    this.#ignoreCase = ignoreCase;
  }

  read(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new RegexRefusal('a ) has no (');
    return node;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? (options[0] as RegexNode) : { kind: 'choice', options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] as string)) {
      items.push(this.#repeat(this.#atom()));
    }
    return { kind: 'sequence', items };
  }

  #repeat(item: RegexNode): RegexNode {
    const range = this.#count();
    if (range === undefined) return item;
    const next = this.#source[this.#at];
    // Matches are united, so a lazy quantifier finds what a greedy one finds.
    if (next === '?') this.#at++;
    if (next === '+') throw new RegexRefusal('possessive quantifiers are not supported');
    if (this.#count() !== undefined) throw new RegexRefusal('a quantifier follows a quantifier');
    return { kind: 'repeat', item, min: range[0], max: range[1] };
  }

  #count(): readonly [number, number] | undefined {
    const char = this.#source[this.#at];
    const simple = {
      '*': [0, Number.POSITIVE_INFINITY],
      '+': [1, Number.POSITIVE_INFINITY],
      '?': [0, 1],
    } as const;
    if (char === '*' || char === '+' || char === '?') {
      this.#at++;
      return simple[char];
    }
    COUNT.lastIndex = this.#at;
    const count = COUNT.exec(this.#source);
    if (count === null) return undefined;
    this.#at = COUNT.lastIndex;
    const min = Number(count[1]);
    const max =
      count[2] === undefined ? min : count[3] === '' ? Number.POSITIVE_INFINITY : Number(count[3]);
    if (max < min) throw new RegexRefusal('a repetition ends below its beginning');
    if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT)) {
      throw new RegexRefusal(`a repetition of more than ${MAX_REPEAT}`);
    }
    return [min, max];
  }

  #atom(): RegexNode {
    const char = this.#source[this.#at] as string;
    if (char === '(') return this.#group();
    if (char === '[') return this.#set(this.#class());
    if (char === '\\') return this.#escape();
    if ('*+?'.includes(char)) throw new RegexRefusal(`nothing stands before ${char}`);
    if (char === '^' || char === '$') {
      throw new RegexRefusal(`${char} has no meaning inside escaped text; use \\b`);
    }
    const point = String.fromCodePoint(this.#source.codePointAt(this.#at) as number);
    this.#at += point.length;
    if (char === '.') return this.#set(DOT);
    return this.#literal(point);
  }

  #literal(text: string): RegexNode {
    const items = [...Buffer.from(text)].map((byte) => this.#set(byteClass([byte])));
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'sequence', items };
  }

  #set(set: ByteClass): RegexNode {
    return { kind: 'set', set: this.#ignoreCase ? anyCase(set) : set };
  }

  #group(): RegexNode {
    const refused = REFUSED_GROUPS.find(([opener]) => this.#source.startsWith(opener, this.#at));
    if (refused !== undefined) throw new RegexRefusal(refused[1]);
    OPENERS.lastIndex = this.#at;
    const opener = (OPENERS.exec(this.#source) as RegExpExecArray)[0];
    this.#at += opener.length;
    if (this.#source[this.#at] === '?')
      throw new RegexRefusal('flags inside the expression are not supported');
    const outer = this.#ignoreCase;
    if (opener === '(?i:') this.#ignoreCase = true;
    if (++this.#depth > MAX_DEPTH) throw new RegexRefusal('groups are nested too deeply');
    const inside = this.#choice();
    this.#depth--;
    this.#ignoreCase = outer;
    if (this.#source[this.#at] !== ')') throw new RegexRefusal('a ( has no )');
    this.#at++;
    return inside;
  }

  #escape(): RegexNode {
    const char = this.#source[this.#at + 1];
    if (char === 'b' || char === 'B') {
      this.#at += 2;
      return { kind: 'boundary', negated: char === 'B' };
    }
    if (char !== undefined && ((char >= '1' && char <= '9') || char === 'k')) {
      throw new RegexRefusal('backreferences cannot run in linear time');
    }
    return this.#set(this.#escapedSet());
  }

  #escapedSet(): ByteClass {
    const char = this.#source[this.#at + 1];
    if (char === undefined) throw new RegexRefusal('it ends in a backslash');
    const named = NAMED_SETS[char];
    this.#at += 2;
    if (named !== undefined) return named;
    const control = CONTROLS[char];
    if (control !== undefined) return byteClass([control]);
    if (char === 'x') {
      const digits = /^[0-7][0-9a-fA-F]/.exec(this.#source.slice(this.#at));
      if (digits === null) throw new RegexRefusal('\\x takes two digits, below 80');
      this.#at += 2;
      return byteClass([Number.parseInt(digits[0], 16)]);
    }
    if (/[A-Za-z0-9]/.test(char) || char > '\x7f')
      throw new RegexRefusal(`\\${char} is not supported`);
    return byteClass([char.charCodeAt(0)]);
  }

  #class(): ByteClass {
    this.#at++;
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    const members: number[] = [];
    for (let first = true; first || this.#source[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#source.length) throw new RegexRefusal('a [ has no ]');
      if (this.#source[this.#at] === ']') break;
      const low = this.#member();
      const [byte] = low.members;
      if (
        this.#source[this.#at] === '-' &&
        this.#source[this.#at + 1] !== ']' &&
        low.members.length === 1
      ) {
        this.#at++;
        const [last, more] = this.#member().members;
        if (more !== undefined) throw new RegexRefusal('a range ends in a class');
        if (last === undefined || last < (byte as number))
          throw new RegexRefusal('a range runs backwards');
        members.push(...byteRange(byte as number, last));
      } else {
        members.push(...low.members);
      }
    }
    this.#at++;
    const set = this.#ignoreCase ? anyCase(byteClass(members)) : byteClass(members);
    return negated ? complement(set) : set;
  }

  #member(): ByteClass {
    const char = this.#source[this.#at];
    if (char === undefined) throw new RegexRefusal('a [ has no ]');
    if (char === '\\') {
      if (this.#source[this.#at + 1] === 'b')
        throw new RegexRefusal('\\b inside [] is not supported');
      return this.#escapedSet();
    }
    if (char > '\x7f') throw new RegexRefusal('only ASCII is supported inside []');
    this.#at++;
    return byteClass([char.charCodeAt(0)]);
  }
}

function complement(set: ByteClass): ByteClass {
  return byteClass(ANY.members.filter((byte) => set.has[byte] === 0));
}
