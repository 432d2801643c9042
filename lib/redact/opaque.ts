import type { JsonNode } from '../json/parse.ts';
import type { FoundString } from '../json/strings.ts';
import { decodeEscapes } from '../json/text.ts';
import { type RuledString, ruledStrings } from '../providers/paths.ts';
import type { OpaqueRule } from '../providers/types.ts';
import { type FileData, readFileData } from './file-data.ts';

/** What becomes of a string: scanned, forwarded untouched, or decoded as a file. */
export type Treatment = 'plain' | 'opaque' | FileData;

/** The exemptions of one document. */
export interface Exemptions {
  /** Parses the document only where the string's name may be an exempt one. */
  of(string: FoundString): Treatment;
  /** All file data that is not media. */
  files(): readonly FileData[];
}

const BILLING_HEADER = 'x-anthropic-billing-header:';
const BILLING_HEADER_MAX = 256;
const U = 0x75;

/** Finds out what the rules of an API exempt in one document. */
export function createExemptions(
  bytes: Buffer,
  rules: readonly OpaqueRule[],
  tree: () => JsonNode | undefined,
): Exemptions {
  const fields = conditionsOf(rules);
  const treatments = new Map<number, Treatment>();
  let ruled: ReadonlyMap<number, RuledString> | undefined;

  function strings(): ReadonlyMap<number, RuledString> {
    if (ruled === undefined) {
      const root = tree();
      ruled = root === undefined ? new Map() : ruledStrings(root, bytes, rules);
    }
    return ruled;
  }

  function treatmentOf(start: number): Treatment {
    const known = treatments.get(start);
    if (known !== undefined) return known;
    const string = strings().get(start);
    const fresh = string === undefined ? 'plain' : treat(bytes, string);
    treatments.set(start, fresh);
    return fresh;
  }

  function of({ start, end, key }: FoundString): Treatment {
    if (key === undefined) return 'plain';
    const conditions = fields.get(key);
    if (conditions === undefined) return key.includes('\\') ? treatmentOf(start) : 'plain';
    // `text` is the name of most of a request's text: its own first bytes tell, without a parse.
    const isBillingOnly = conditions.size === 1 && conditions.has('billing-header');
    if (isBillingOnly && !mayBeBillingHeader(bytes, start, end)) return 'plain';
    return treatmentOf(start);
  }

  let last: FoundString | undefined;
  let ofLast: Treatment = 'plain';

  return {
    of(string) {
      // Neighbours stand in one string, which the finder gives as one object.
      if (string !== last) {
        ofLast = of(string);
        last = string;
      }
      return ofLast;
    },
    files() {
      const files: FileData[] = [];
      for (const [start, { rule }] of strings()) {
        const treatment = rule.condition === 'media' ? treatmentOf(start) : 'plain';
        if (typeof treatment !== 'string') files.push(treatment);
      }
      return files;
    },
  };
}

function treat(bytes: Buffer, { node, rule }: RuledString): Treatment {
  if (rule.condition === 'media') return readFileData(bytes, node);
  if (rule.condition === undefined) return 'opaque';
  if (!mayBeBillingHeader(bytes, node.start, node.end)) return 'plain';
  const text = decodeEscapes(bytes, node.start, node.end).bytes;
  const isShort = text.length <= BILLING_HEADER_MAX;
  return isShort && text.toString('latin1').startsWith(BILLING_HEADER) ? 'opaque' : 'plain';
}

/** Every byte may be escaped as six; the whole text is judged in {@link treat}. */
function mayBeBillingHeader(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 6 * BILLING_HEADER_MAX) return false;
  const raw = bytes.toString('latin1', start, start + BILLING_HEADER.length);
  const first = raw.indexOf('\\');
  if (first < 0) return raw === BILLING_HEADER;
  // Its characters have no short escapes.
  const isHeader = BILLING_HEADER.startsWith(raw.slice(0, first)) && bytes[start + first + 1] === U;
  if (!isHeader) return false;
  const head = decodeEscapes(bytes, start, Math.min(end, start + 6 * BILLING_HEADER.length)).bytes;
  return head.toString('latin1', 0, BILLING_HEADER.length) === BILLING_HEADER;
}

type Conditions = ReadonlySet<OpaqueRule['condition']>;

const conditionsOfRules = new WeakMap<readonly OpaqueRule[], ReadonlyMap<string, Conditions>>();

/** The conditions under which a field's rules hold, by the field's name. */
function conditionsOf(rules: readonly OpaqueRule[]): ReadonlyMap<string, Conditions> {
  const known = conditionsOfRules.get(rules);
  if (known !== undefined) return known;
  const conditions = new Map<string, Set<OpaqueRule['condition']>>();
  for (const { fields, condition } of rules) {
    for (const field of fields) {
      conditions.set(field, (conditions.get(field) ?? new Set()).add(condition));
    }
  }
  conditionsOfRules.set(rules, conditions);
  return conditions;
}
