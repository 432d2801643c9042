/** What a witness answered. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** One that takes longer counts as away; the log does not wait for it, but its end does. */
const PATIENCE = 5_000;

/** Some signature lines; what is longer is none. */
const MOST_BYTES = 64 * 1024;

/** Asks a witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`). */
export async function submitCheckpoint(
  prefix: string,
  old: number,
  proof: readonly Buffer[],
  note: string,
  patience = PATIENCE,
): Promise<WitnessAnswer> {
  const hashes = proof.map((node) => `${node.toString('base64')}\n`).join('');
  const answer = await fetch(`${prefix.replace(/\/$/, '')}/add-checkpoint`, {
    method: 'POST',
    body: Buffer.from(`old ${old}\n${hashes}\n${note}`),
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error('it answered more than signatures');
    parts.push(part);
  }
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    body: Buffer.concat(parts).toString('utf8'),
  };
}

/** The size that a witness knows, where it says that we know another; undefined for other answers. */
export function conflictingSize({ status, type, body }: WitnessAnswer): number | undefined {
  const [, digits] = /^(0|[1-9]\d{0,15})\n$/.exec(body) ?? [];
  const isSize = status === 409 && type.split(';')[0]?.trim() === 'text/x.tlog.size';
  return isSize && digits !== undefined ? Number(digits) : undefined;
}
