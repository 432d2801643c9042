import { createBodyRestorer } from './body.ts';
import { type ContentKind, kindOf, type Sniff } from './content-kind.ts';
import { createLinesRestorer } from './lines.ts';
import { placesOf, type ResponseGrammar } from './places.ts';
import { createSseRestorer } from './sse.ts';
import { createTextRestorer } from './text.ts';
import type { Resolve, Restorer } from './types.ts';

export interface RestorerOptions {
  /** As the answer has it; absent: its first bytes say what it is. */
  readonly contentType: string | undefined;
  readonly grammar: ResponseGrammar;
  readonly resolve: Resolve;
  readonly limits: {
    /** Longest event of a stream, and longest line of newline-delimited JSON. */
    readonly event: number;
    /** Longest JSON document that is restored by place. */
    readonly body: number;
  };
}

/**
 * Makes the restorer for one answer.
 *
 * `push` and `end` throw WaterwallError `unscannable-body` where an event is longer than the limit.
 */
export function createRestorer(options: RestorerOptions): Restorer {
  const kind = kindOf(options.contentType);
  return typeof kind === 'function'
    ? createSniffingRestorer(kind, options)
    : createFor(kind, options);
}

function createFor(kind: ContentKind, { grammar, resolve, limits }: RestorerOptions): Restorer {
  switch (kind) {
    case 'sse':
      return createSseRestorer(grammar, resolve, limits.event);
    case 'lines':
      return createLinesRestorer(placesOf(grammar), resolve, limits.event);
    case 'json':
      return createBodyRestorer(placesOf(grammar), resolve, limits.body);
    case 'text':
      return createTextRestorer(resolve);
    case 'binary':
      return PASSING;
  }
}

const PASSING: Restorer = {
  push: (bytes) => (bytes.length === 0 ? [] : [{ bytes, restored: [], unknown: 0 }]),
  end: () => [],
  responseIds: [],
};

/** Decides by the first bytes; until they say what they are, they wait. */
function createSniffingRestorer(sniff: Sniff, options: RestorerOptions): Restorer {
  let first: Buffer = Buffer.alloc(0);
  let chosen: Restorer | undefined;
  return {
    push(chunk) {
      if (chosen !== undefined) return chosen.push(chunk);
      first = Buffer.concat([first, chunk]);
      const kind = sniff(first);
      if (kind === undefined) return [];
      chosen = createFor(kind, options);
      return chosen.push(first);
    },
    end() {
      if (chosen !== undefined) return chosen.end();
      chosen = createFor('text', options);
      return [...chosen.push(first), ...chosen.end()];
    },
    get responseIds() {
      return chosen?.responseIds ?? [];
    },
  };
}
