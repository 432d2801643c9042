import { inspect } from 'node:util';

/** A value that refuses to print itself: only {@link Secret.reveal} gives it out. */
export class Secret {
  readonly #value: Buffer;

  constructor(value: Uint8Array) {
    this.#value = Buffer.from(value);
  }

  /** The secret's bytes. The caller must not change them, log them or put them into an error. */
  reveal(): Buffer {
    return this.#value;
  }

  get length(): number {
    return this.#value.length;
  }

  equals(other: Secret): boolean {
    return this.#value.equals(other.#value);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
