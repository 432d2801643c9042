/** Says on stderr what takes long, where somebody looks. */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows a label while `work` runs, from the first 300 ms on; leaves no trace on the terminal.
 *
 * @param work - may say by another label how far it is
 */
export async function withProgress<T>(
  begin: string,
  work: (relabel: (label: string) => void) => Promise<T>,
): Promise<T> {
  const stream = process.stderr;
  if (stream.isTTY !== true) return work(() => {});
  let label = begin;
  const began = performance.now();
  let frame = 0;
  let shown = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - began;
    if (elapsed < 300) return;
    shown = true;
    const line = `${FRAMES[frame++ % FRAMES.length]} ${label} ${(elapsed / 1000).toFixed(1)} s`;
    // A line that wraps could not be written over.
    stream.write(`\r${line.slice(0, (stream.columns || 80) - 1)}\u001b[K`);
  }, 100);
  try {
    return await work((next) => {
      label = next;
    });
  } finally {
    clearInterval(timer);
    if (shown) stream.write('\r\u001b[K');
  }
}
