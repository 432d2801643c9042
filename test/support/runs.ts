/** How often the long run (`npm run fuzz -- properties`) repeats what the suite does once. */
const TIMES = Number(process.env['WATERWALL_RUNS'] ?? 1);

/** How many cases a property is tried on. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: count * TIMES };
}
