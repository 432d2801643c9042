import type { Random } from './random.ts';

/** Bytes at which parsers turn. */
const TURNS = Buffer.from(
  '\0\t\n\r "\'%&+,-./09:;<=>?AZ[\\]_az{|}~\x7f\x80\xbf\xc3\xe2\xef\xf0\xff',
  'latin1',
);

type Mutation = (
  input: Buffer,
  random: Random,
  words: readonly Buffer[],
  others: readonly Buffer[],
) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  // A bit turned.
  (input, random) => {
    const changed = Buffer.from(input);
    const at = random.below(input.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
  // A byte put in the place of another.
  (input, random) => {
    const changed = Buffer.from(input);
    changed[random.below(input.length)] = random.once(3)
      ? random.below(256)
      : random.pick([...TURNS]);
    return changed;
  },
  // A byte between others.
  (input, random) =>
    insert(input, random.below(input.length + 1), Buffer.from([random.pick([...TURNS])])),
  // A word between others, and in their place.
  (input, random, words) => insert(input, random.below(input.length + 1), random.pick(words)),
  (input, random, words) => {
    const word = random.pick(words);
    const at = random.below(input.length + 1);
    return Buffer.concat([input.subarray(0, at), word, input.subarray(at + word.length)]);
  },
  // A part left out.
  (input, random) => {
    const [from, to] = range(input, random);
    return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
  },
  // A part once more, or many times.
  (input, random) => {
    const [from, to] = range(input, random);
    const times = random.once(4) ? 1 + random.below(40) : 1;
    return insert(input, to, repeated(input.subarray(from, to), times));
  },
  // A part of another input, between and in place.
  (input, random, _words, others) => {
    const other = random.pick(others);
    return insert(input, random.below(input.length + 1), other.subarray(...range(other, random)));
  },
  (input, random, _words, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
  // A part somewhere else.
  (input, random) => {
    const [from, to] = range(input, random);
    const rest = Buffer.concat([input.subarray(0, from), input.subarray(to)]);
    return insert(rest, random.below(rest.length + 1), input.subarray(from, to));
  },
  // Cut off.
  (input, random) => input.subarray(0, random.below(input.length + 1)),
];

/** Changes an input in a few places. */
export function mutate(
  input: Buffer,
  random: Random,
  words: readonly Buffer[],
  others: readonly Buffer[],
  longest: number,
): Buffer {
  let changed = input;
  const rounds = 1 + random.below(random.once(4) ? 8 : 3);
  for (let round = 0; round < rounds; round++) {
    const mutation = changed.length === 0 ? insertWord : random.pick(MUTATIONS);
    changed = mutation(changed, random, words, others);
  }
  return changed.length > longest ? changed.subarray(0, longest) : changed;
}

const insertWord: Mutation = (input, random, words) => insert(input, 0, random.pick(words));

function insert(input: Buffer, at: number, part: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), part, input.subarray(at)]);
}

function range(input: Buffer, random: Random): [number, number] {
  const from = random.below(input.length + 1);
  const most = random.once(3) ? input.length : 16;
  return [from, Math.min(input.length, from + random.below(most + 1))];
}

function repeated(part: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => part));
}
