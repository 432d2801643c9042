/** The sizes of the log that get a checkpoint of their own, until they are signed. */
export interface Boundaries {
  readonly count: number;
  add(size: number): void;
  /** The line before this size announces a key; its bytes. */
  announce(size: number, line: Buffer): void;
  /** The first one above a size. */
  after(size: number): number | undefined;
  /** The line that announces a key, where this size is that of such a line. */
  announcement(size: number): Buffer | undefined;
  /** Whether any of them is that of such a line. */
  readonly announces: boolean;
  /** The log is signed up to this size. */
  drop(size: number): void;
}

export function createBoundaries(): Boundaries {
  let sizes: number[] = [];
  const announcements = new Map<number, Buffer>();

  function add(size: number): void {
    if (!sizes.includes(size)) sizes.push(size);
    // Lines that are read back come after later ones.
    sizes.sort((a, b) => a - b);
  }

  return {
    get count() {
      return sizes.length;
    },
    add,
    announce(size, line) {
      add(size);
      announcements.set(size, line);
    },
    after: (size) => sizes.find((each) => each > size),
    announcement: (size) => announcements.get(size),
    get announces() {
      return announcements.size > 0;
    },
    drop(size) {
      for (const each of sizes) if (each <= size) announcements.delete(each);
      sizes = sizes.filter((each) => each > size);
    },
  };
}
