import { openEnvelope, parseObject } from './envelope.ts';
import type { NoteFault } from './note.ts';
import type { VerifierKey } from './vkey.ts';

/** What a statement is about: a file, or the log, by its hash. */
export interface Subject {
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
}

/** An in-toto statement. */
export interface Statement {
  readonly subjects: readonly Subject[];
  readonly predicate: Readonly<Record<string, unknown>>;
}

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

export const SESSION_MANIFEST = 'https://waterwall.invalid/session-manifest/v1';
export const EVIDENCE_BUNDLE = 'https://waterwall.invalid/evidence-bundle/v1';

/** What our statements are. */
export type PredicateType = typeof SESSION_MANIFEST | typeof EVIDENCE_BUNDLE;

/** Writes a statement: the payload of an envelope. */
export function formatStatement(type: PredicateType, { subjects, predicate }: Statement): Buffer {
  return Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
      predicateType: type,
      predicate,
    }),
  );
}

/** Verifies an envelope and reads the statement in it. */
export function openStatement(
  source: Buffer,
  type: PredicateType,
  key: VerifierKey,
): Statement | NoteFault {
  const payload = openEnvelope(source, key);
  if ('fault' in payload) return payload;
  const statement = parseObject(payload);
  const predicate = statement?.['predicate'];
  const subjects = readSubjects(statement?.['subject']);
  if (
    statement?.['_type'] !== STATEMENT_TYPE ||
    statement['predicateType'] !== type ||
    typeof predicate !== 'object' ||
    predicate === null ||
    subjects === undefined
  ) {
    return { fault: `its payload is no statement of type ${type}` };
  }
  return { subjects, predicate: predicate as Readonly<Record<string, unknown>> };
}

const HEX = /^[0-9a-f]{64}$/;

function readSubjects(value: unknown): readonly Subject[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const subjects: Subject[] = [];
  for (const item of value as { name?: unknown; digest?: { sha256?: unknown } | null }[]) {
    const { name, digest } = item ?? {};
    const sha256 = digest?.sha256;
    if (typeof name !== 'string' || typeof sha256 !== 'string' || !HEX.test(sha256)) {
      return undefined;
    }
    subjects.push({ name, sha256 });
  }
  return subjects;
}
