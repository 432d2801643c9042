/** The part of the API that is used; Node's own types leave it to the DOM's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Record<string, unknown> };
  validate(bytes: Uint8Array): boolean;
};

/**
 * Compiles a kernel in the best way that this version of Node knows.
 *
 * @param ways - in base64, as `build/kernel.mjs` embeds them: the best first, the last is known to all
 * @returns makes an instance with memory of its own, and gives what it exports
 */
export function compileKernel(ways: readonly string[]): () => Record<string, unknown> {
  for (const way of ways) {
    const bytes = Buffer.from(way, 'base64');
    if (!WebAssembly.validate(bytes)) continue;
    const module = new WebAssembly.Module(bytes);
    return () => new WebAssembly.Instance(module).exports;
  }
  throw new TypeError('No kernel is one for this version of Node.');
}
