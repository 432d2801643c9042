// AssemblyScript: HMAC-SHA256 (RFC 2104, FIPS 180-4) of short texts under a key whose two states are
// known. node:crypto takes twice as long for each short secret that was never met.

/** The round constants (FIPS 180-4 §4.2.2). */
const ROUNDS: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
/** The initial state (FIPS 180-4 §5.3.3). */
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const BLOCK: usize = 64;
const STATE_SIZE: usize = 32;
/** Behind the text stand a bit and the length. */
const PADDING: usize = 9;
const WORDS: usize = memory.data(256);
const STATE: usize = memory.data(32);

/** What the key's two padded blocks make of the initial state: inner, then outer. */
export const KEY: usize = memory.data(64);
/** The text, and its padding. */
export const TEXT: usize = memory.data(320);
export const LONGEST: u32 = 320 - 9;
export const DIGEST: usize = memory.data(32);

/** Makes of a padded block of the key in TEXT one of its two states. */
export function takeKey(isOuter: bool): void {
  const state = isOuter ? KEY + STATE_SIZE : KEY;
  copyState(state, INITIAL);
  compress(state, TEXT);
  clear(BLOCK);
}

/** Writes the code of the text in TEXT to DIGEST, and leaves nothing of the text behind. */
export function authenticate(length: usize): void {
  const blocks = (length + PADDING + BLOCK - 1) / BLOCK;
  copyState(STATE, KEY);
  pad(length, blocks * BLOCK);
  for (let i: usize = 0; i < blocks; i++) compress(STATE, TEXT + i * BLOCK);
  writeState(TEXT);
  pad(STATE_SIZE, BLOCK);
  copyState(STATE, KEY + STATE_SIZE);
  compress(STATE, TEXT);
  writeState(DIGEST);
  clear(blocks * BLOCK);
}

/** Ends the text behind its block of the key, which counts for its length. */
function pad(length: usize, size: usize): void {
  for (let i = length; i < size; i++) store<u8>(TEXT + i, 0);
  store<u8>(TEXT + length, 0x80);
  store<u32>(TEXT + size - 4, bswap<u32>(<u32>((BLOCK + length) << 3)));
}

function copyState(to: usize, from: usize): void {
  for (let i: usize = 0; i < STATE_SIZE; i += 8) store<u64>(to + i, load<u64>(from + i));
}

function writeState(to: usize): void {
  for (let i: usize = 0; i < STATE_SIZE; i += 4) {
    store<u32>(to + i, bswap<u32>(load<u32>(STATE + i)));
  }
}

function clear(size: usize): void {
  zero(TEXT, size);
  zero(WORDS, 256);
  zero(STATE, STATE_SIZE);
}

/** `memory.fill` is a call of its own. */
function zero(at: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 8) store<u64>(at + i, 0);
}

// biome-ignore format: a round a line
function compress(state: usize, block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(WORDS + i, bswap<u32>(load<u32>(block + i)));
  for (let i: usize = 64; i < 256; i += 4) {
    const x = load<u32>(WORDS + i - 60);
    const y = load<u32>(WORDS + i - 8);
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3);
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >> 10);
    store<u32>(WORDS + i, load<u32>(WORDS + i - 64) + s0 + load<u32>(WORDS + i - 28) + s1);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  // Eight rounds at once: each names what the one before moved.
  for (let i: usize = 0; i < 256; i += 32) {
    h = first(e, f, g, h, i);      d += h; h += second(a, b, c);
    g = first(d, e, f, g, i + 4);  c += g; g += second(h, a, b);
    f = first(c, d, e, f, i + 8);  b += f; f += second(g, h, a);
    e = first(b, c, d, e, i + 12); a += e; e += second(f, g, h);
    d = first(a, b, c, d, i + 16); h += d; d += second(e, f, g);
    c = first(h, a, b, c, i + 20); g += c; c += second(d, e, f);
    b = first(g, h, a, b, i + 24); f += b; b += second(c, d, e);
    a = first(f, g, h, a, i + 28); e += a; a += second(b, c, d);
  }
  add(state, a);
  add(state + 4, b);
  add(state + 8, c);
  add(state + 12, d);
  add(state + 16, e);
  add(state + 20, f);
  add(state + 24, g);
  add(state + 28, h);
}

function first(e: u32, f: u32, g: u32, h: u32, i: usize): u32 {
  const sum = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
  return h + sum + (g ^ (e & (f ^ g))) + load<u32>(ROUNDS + i) + load<u32>(WORDS + i);
}

function second(a: u32, b: u32, c: u32): u32 {
  return (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
}

function add(at: usize, value: u32): void {
  store<u32>(at, load<u32>(at) + value);
}
