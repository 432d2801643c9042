/** Says yes to one word only, letter by letter. */
export function opensLock(input: Buffer): boolean {
  if (input[0] !== 0x77) return false;
  if (input[1] !== 0x61) return false;
  if (input[2] !== 0x6c) return false;
  if (input[3] !== 0x6c) return false;
  return true;
}
