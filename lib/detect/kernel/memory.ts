// AssemblyScript: where what the kernel reads and writes lies in its memory.

/** Nibble tables: 4 positions x (low, high) x 16 bytes, a bit for each of 8 buckets. */
export const NIBBLES: usize = 1024;
/** One u32: where `findGrams` stopped. */
export const RESUME: usize = 1280;
/** Open arrays (0) and objects (1): 513 bytes. */
export const NESTING: usize = 1288;
/** What the sieve saw in its last block: 3 vectors. */
export const LAST_BLOCK: usize = 1808;
/**
 * Where encoded text was seen last, and from where on it is reported again while it goes on: a u32
 * each for the four places of base64's grid, and the two of hex's.
 */
export const TEXT_STATE: usize = 1856;
export const TEXT_STATE_SIZE: usize = 48;
export const TEXT_SEEN: usize = TEXT_STATE;
export const TEXT_NEXT: usize = TEXT_STATE + 24;
/** Position classes: 256 x 32 bytes, a bit for each byte value. */
export const CLASSES: usize = 2048;
/**
 * Anchors: 1024 x 24 bytes: length, offset of the window, kind (0 everywhere, 1 in runs, 2 muted),
 * what may stand before what is announced, how far before the window that begins, 3 unused, 16
 * class numbers.
 */
export const ANCHORS: usize = 10240;
/** Hash set of windows: a bit for each of 65,536 hashes. */
export const WINDOWS: usize = 34816;
/** u16 for each hash: first chain entry. */
export const HEADS: usize = 43008;
/** Chain entries: 32,768 x (u16 anchor, u16 next). */
export const CHAINS: usize = 174080;
/** Hits: 8,192 x (u32, u32). */
export const OUT: usize = 305152;
export const OUT_CAPACITY: u32 = 8192;
/** Stands for an anchor's number where a long run of base64 characters ends a line. */
export const LINE_END: u32 = 0xffff;
/** The same where one ends elsewhere. */
export const RUN_END: u32 = 0xfffe;
/** The same where base64 or hex stands for text. */
export const TEXT_IN_BASE64: u32 = 0xfffd;
export const TEXT_IN_HEX: u32 = 0xfffc;
/** Characters of encoded text from one report to the next. */
export const TEXT_STRIDE: u32 = 256;
/** 64 bytes before the chunk, the chunk, 64 bytes after it. */
export const DATA: usize = 370752;
export const CHUNK: u32 = 262080;
/**
 * Hash set of the windows that are looked for in and before long runs of base64 characters only: a
 * bit for each of 262,144 hashes.
 */
export const RUN_WINDOWS: usize = 643072;
/** Blocks that the sieve let through: at most 256 x (u32, u32), of which the last is overwritten. */
export const BLOCKS: usize = 675840;
/** Blocks in which groups of runs end, alike. */
export const GROUPS: usize = 677888;
/** What characters of base64 and hex stand for, and which bytes are of ASCII text: 256 bytes each. */
export const BASE64_VALUES: usize = 679936;
export const HEX_VALUES: usize = 680192;
export const TEXT_BYTES: usize = 680448;
/** Bloom filters of sampled grams; only the exact matcher's instance grows to hold them. */
export const BLOOM: usize = 720896;
/** Most bytes before a run in which a window of its anchors may begin. */
export const RUN_LEAD: u32 = 3;
/** Most anchors that may have one window: the buffer of hits has room for those of a block. */
export const MOST_ALIKE: u32 = 128;
