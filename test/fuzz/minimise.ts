/**
 * The shortest input that is found to fail as a given one does: parts are left out, large ones
 * first, for as long as it still fails.
 *
 * @param fails - whether an input fails in the same way
 */
export async function minimise(
  input: Buffer,
  fails: (input: Buffer) => Promise<boolean>,
  tries = 2000,
): Promise<Buffer> {
  let smallest = input;
  let left = tries;
  for (let size = smallest.length >> 1; size > 0 && left > 0; ) {
    let shorter = false;
    for (let at = 0; at < smallest.length && left > 0; left--) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (await fails(without)) {
        smallest = without;
        shorter = true;
      } else at += size;
    }
    if (!shorter || size > smallest.length) size >>= 1;
  }
  return smallest;
}
