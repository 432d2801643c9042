import { damaged } from './damage.ts';
import type { LineHash } from './leaf.ts';
import { parseLine } from './parse.ts';
import { listSegments } from './segment.ts';
import { walkLines } from './walk.ts';

/**
 * Reads back the hashes of the lines `from` to `to − 1`, and holds them against each other.
 *
 * @throws WaterwallError `chain-damaged` where they are not all there, or do not fit together
 */
export async function readLeaves(
  chainFolder: string,
  from: number,
  to: number,
): Promise<readonly LineHash[]> {
  const leaves: LineHash[] = [];
  const { segments } = await listSegments(chainFolder);
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    if (end <= from || segment.first >= to) continue;
    let seq = segment.first;
    let fault: string | undefined;
    await walkLines(segment.path, (bytes) => {
      if (seq++ < from) return true;
      const line = parseLine(bytes, { seq: seq - 1, prevHash: leaves.at(-1) });
      if ('fault' in line) fault = `line ${seq - 1} of ${segment.name}: ${line.fault}`;
      else leaves.push(line.hash);
      return fault === undefined && seq < to;
    });
    if (fault !== undefined) throw damaged(segment.path, fault);
  }
  if (leaves.length === to - from) return leaves;
  throw damaged(chainFolder, `not all of the lines ${from} to ${to - 1} are there`);
}
