import { damaged } from './damage.ts';
import type { LineHash } from './leaf.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import { listSegments } from './segment.ts';
import { walkLines } from './walk.ts';

/**
 * Reads back the hashes of the lines `from` to `to − 1`, and holds them against each other.
 *
 * @param visit - told of each line; its bytes are only good during the call
 * @throws WaterwallError `chain-damaged` where they are not all there, or do not fit together
 */
export async function readLeaves(
  chainFolder: string,
  from: number,
  to: number,
  visit?: (line: ParsedLine, bytes: Buffer) => void,
): Promise<readonly LineHash[]> {
  const leaves: LineHash[] = [];
  await readChainLines(chainFolder, from, to, (line, bytes) => {
    leaves.push(line.hash);
    visit?.(line, bytes);
  });
  return leaves;
}

/** The same lines, as {@link readLeaves} visits them. */
export async function readChainLines(
  chainFolder: string,
  from: number,
  to: number,
  visit: (line: ParsedLine, bytes: Buffer) => void,
): Promise<void> {
  let due = from;
  let prevHash: LineHash | undefined;
  const { segments } = await listSegments(chainFolder);
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    if (end <= from || segment.first >= to) continue;
    let seq = segment.first;
    let fault: string | undefined;
    await walkLines(segment.path, (bytes) => {
      if (seq++ < from) return true;
      const line = parseLine(bytes, { seq: due, prevHash });
      if ('fault' in line) fault = `line ${due} of ${segment.name}: ${line.fault}`;
      else {
        visit(line, bytes);
        prevHash = line.hash;
        due++;
      }
      return fault === undefined && seq < to;
    });
    if (fault !== undefined) throw damaged(segment.path, fault);
  }
  if (due === to) return;
  throw damaged(chainFolder, `not all of the lines ${from} to ${to - 1} are there`);
}
