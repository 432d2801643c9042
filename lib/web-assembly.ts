/** The part of the API that is used; Node's own types leave it to the DOM's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

/**
 * Compiles a kernel.
 *
 * @param base64 - as `build/kernel.mjs` embeds it
 * @returns makes an instance with memory of its own, and gives what it exports
 */
export function compileKernel(base64: string): () => Record<string, unknown> {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return () => new WebAssembly.Instance(module).exports;
}
