import { compileKernel } from '../web-assembly.ts';
import { KERNELS } from './generated/kernel.ts';

/** The kernel's exports; addresses are explained in `kernel/memory.ts`. */
interface KernelExports {
  readonly memory: WebAssemblyMemory;
  beginSearch(): void;
  findAnchors(length: number): number;
  isSearched(): number;
  sawEscapedSlash(): number;
  sawSigns(): number;
  findGrams(
    from: number,
    length: number,
    stride: number,
    long: number,
    filter: number,
    shift: number,
  ): number;
  beginJson(): void;
  readJson(length: number): number;
  endJson(): number;
}

interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const ADDRESSES = [
  'NIBBLES',
  'RESUME',
  'CLASSES',
  'ANCHORS',
  'WINDOWS',
  'HEADS',
  'CHAINS',
  'OUT',
  'OUT_CAPACITY',
  'DATA',
  'CHUNK',
  'RUN_WINDOWS',
  'LINE_END',
  'RUN_END',
  'TEXT_IN_BASE64',
  'TEXT_IN_HEX',
  'BLOOM',
  'MOST_ALIKE',
] as const;

export type KernelAddress = (typeof ADDRESSES)[number];

/** Bytes that the kernel may read before and behind a chunk. */
export const MARGIN = 64;

/** As in the kernel. */
export const PERCENT_SIGN = 1;
export const ESCAPE_BYTE = 2;

/** One instance with memory of its own. */
export interface Kernel {
  readonly at: Readonly<Record<KernelAddress, number>>;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Begins a text; finds in its next chunk, called again until it is searched. */
  beginSearch(): void;
  findAnchors(length: number): number;
  isSearched(): boolean;
  sawEscapedSlash(): boolean;
  /** Bits for signs that the text holds: {@link PERCENT_SIGN}, {@link ESCAPE_BYTE}. */
  sawSigns(): number;
  findGrams(
    from: number,
    length: number,
    stride: number,
    long: boolean,
    filter: number,
    shift: number,
  ): number;
  /** Begins a document, reads its next chunk (false: it is broken), tells whether it is complete. */
  beginJson(): void;
  readJson(length: number): boolean;
  endJson(): boolean;
  /** Copies the chunk that begins at `start`, with what stands around it; gives its length. */
  load(text: Uint8Array, start: number): number;
}

let instantiate: ReturnType<typeof compileKernel> | undefined;

/** Makes an instance. @param extra - bytes of memory behind the fixed part */
export function createKernel(extra = 0): Kernel {
  instantiate ??= compileKernel(KERNELS);
  const exports = instantiate();
  const kernel = exports as unknown as KernelExports;
  if (extra > 0) kernel.memory.grow(Math.ceil(extra / 65536));
  const bytes = new Uint8Array(kernel.memory.buffer);
  const at = Object.fromEntries(
    ADDRESSES.map((name) => [name, (exports[name] as { readonly value: number }).value]),
  ) as Record<KernelAddress, number>;
  return {
    at,
    bytes,
    words: new Uint32Array(kernel.memory.buffer),
    beginSearch: kernel.beginSearch,
    findAnchors: kernel.findAnchors,
    isSearched: () => kernel.isSearched() !== 0,
    sawEscapedSlash: () => kernel.sawEscapedSlash() !== 0,
    sawSigns: kernel.sawSigns,
    findGrams: (from, length, stride, long, filter, shift) =>
      kernel.findGrams(from, length, stride, long ? 1 : 0, filter, shift),
    beginJson: kernel.beginJson,
    readJson: (length) => kernel.readJson(length) !== 0,
    endJson: () => kernel.endJson() !== 0,
    load(text, start) {
      const length = Math.min(at.CHUNK, text.length - start);
      const from = Math.max(0, start - MARGIN);
      const to = Math.min(text.length, start + length + MARGIN);
      if (start === 0) bytes.fill(0, at.DATA - MARGIN, at.DATA);
      bytes.set(text.subarray(from, to), at.DATA - (start - from));
      bytes.fill(0, at.DATA + to - start, at.DATA + length + MARGIN);
      return length;
    },
  };
}
