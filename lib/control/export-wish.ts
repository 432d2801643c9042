import { isAbsolute } from 'node:path';

/** The body of `POST /admin/export-evidence`. */
export interface ExportWish {
  /** Absolute: the daemon has another folder than whoever asks. */
  readonly out: string;
  readonly since?: string;
  readonly until?: string;
  readonly overwrite?: boolean;
  /** The daemon does not write `out`, but keeps the bundle for whoever asks to fetch it. */
  readonly hand_over?: boolean;
}

/** What the answer to a wish with `hand_over` has besides: `GET /admin/evidence-bundle?id=…`. */
export interface HandedOver {
  readonly bundle: string;
}

const FIELDS = ['out', 'since', 'until', 'overwrite', 'hand_over'];
const LONGEST_PATH = 4096;
const LONGEST_TIME = 40;

/** Reads what is wanted, or says what is wrong with it. */
export function parseExportWish(body: unknown): ExportWish | { readonly error: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { error: 'the body must be an object: {"out": "/path/to/bundle.tar.gz", …}' };
  }
  const unknown = Object.keys(body).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) {
    const name = JSON.stringify(unknown.slice(0, 40));
    return { error: `unknown field ${name}; known: ${FIELDS.join(', ')}` };
  }
  const { out, since, until, overwrite, hand_over } = body as Record<string, unknown>;
  if (typeof out !== 'string' || out.includes('\0') || out.length > LONGEST_PATH) {
    return { error: 'out must be the path of the bundle' };
  }
  if (!isAbsolute(out)) return { error: 'out must be an absolute path' };
  for (const [name, value] of Object.entries({ since, until })) {
    if (value !== undefined && (typeof value !== 'string' || value.length > LONGEST_TIME)) {
      return { error: `${name} must be a day or a time, as in "2026-11-25"` };
    }
  }
  for (const [name, value] of Object.entries({ overwrite, hand_over })) {
    if (value !== undefined && typeof value !== 'boolean') {
      return { error: `${name} must be true or false` };
    }
  }
  return body as ExportWish;
}
