import { applyEdits, type Edit } from '../json/edit.ts';
import { type JsonNode, parseJson } from '../json/parse.ts';
import { concerns } from '../vault/forms.ts';
import { Channels, type Ending, type ReleasedEvent } from './channels.ts';
import { textBase } from './document.ts';
import { endingOf, holdsWhen, keysOf } from './endings.ts';
import { envelopeOf } from './envelope.ts';
import { isEvent, placesOf, type ResponseGrammar } from './places.ts';
import { emptyTally, restoreRange, type Tally } from './range.ts';
import type { Resolve } from './types.ts';
import { type FoundString, field, stringField, walk } from './walk.ts';

/** An event after restoration. */
export interface RestoredEvent extends Readonly<Tally> {
  /** Events to be delivered before it: what was held back in channels that it ends. */
  readonly before: readonly ReleasedEvent[];
  /** The event itself; the very bytes given where nothing in them changed. */
  readonly payload: Uint8Array;
}

/** Restores the events of one stream, or the messages of one WebSocket, in order. */
export interface EventRestorer {
  /** Whether an event must be looked at: one that does not matter may pass as it is. */
  matters(bytes: Buffer): boolean;
  /** @param last - nothing follows it: nothing may be held back */
  event(payload: Buffer, last?: boolean): RestoredEvent;
  /** Gives up all that is held back. */
  flush(): readonly ReleasedEvent[];
  readonly responseIds: readonly string[];
}

const ALWAYS: Ending = () => true;

/** The event that names a response's id. */
const CREATED = 'response.created';

/** Longest data that is looked at as the name of an event. */
const MAX_NAME = 32;

/** Restores events as an API's grammar says. */
export function createEventRestorer(grammar: ResponseGrammar, resolve: Resolve): EventRestorer {
  const places = placesOf(grammar);
  const channels = new Channels();
  const responseIds: string[] = [];

  function matters(bytes: Buffer): boolean {
    return !channels.idle || concerns(bytes) || bytes.includes(CREATED);
  }

  function event(payload: Buffer, last = false): RestoredEvent {
    if (!matters(payload)) return { before: [], payload, restored: [], unknown: 0 };
    const root = parseJson(payload);
    return root === undefined ? restoreText(payload, last) : restoreJson(payload, root, last);
  }

  function restoreJson(raw: Buffer, root: JsonNode, last: boolean): RestoredEvent {
    const type = stringField(raw, root, 'type');
    if (type === CREATED) noteId(stringField(raw, field(raw, root, 'response') ?? root, 'id'));
    const tally = emptyTally();
    const edits: Edit[] = [];
    const endings: Ending[] = last ? [ALWAYS] : [];
    const ends: Ending = (name) => endings.some((ending) => ending(name));

    /** A delta's edits; `undefined` where the string is none. */
    const restoreDelta = ({ node, base, place, path }: FoundString): Edit[] | undefined => {
      const rule = place?.deltas.find((candidate) => isEvent(candidate, type));
      if (rule === undefined) return undefined;
      const name = { path, type, keys: keysOf(raw, root, rule.key) };
      const { start, end } = node;
      const delta = raw.subarray(start, end);
      const layers = rule.source === 'json' ? 2 : base;
      const envelope = () => envelopeOf(raw, root, node);
      const bytes = channels.take(name, delta, layers, ends(name), envelope, resolve, tally);
      return bytes === undefined ? [] : [{ start, end, bytes }];
    };

    walk(raw, root, places, {
      object(found) {
        for (const rule of found.place.ends) {
          if (isEvent(rule, type) && holdsWhen(raw, found, rule)) {
            endings.push(endingOf(found.path, keysOf(raw, root, rule.key)));
          }
        }
      },
      string(found) {
        const { base, node } = found;
        const own = restoreDelta(found);
        // No spread: a string may hold more placeholders than a call can have arguments.
        for (const edit of own ?? restoreRange(raw, node.start, node.end, base, resolve, tally)) {
          edits.push(edit);
        }
      },
    });
    return { before: channels.release(ends), payload: edited(raw, edits), ...tally };
  }

  /** Data that is no JSON: the name of an event (`[DONE]`), or text. */
  function restoreText(raw: Buffer, last: boolean): RestoredEvent {
    const name = raw.length <= MAX_NAME ? raw.toString('latin1').trim() : '';
    const ends = last || (name !== '' && places.ends.some((rule) => rule.event === name));
    const tally = emptyTally();
    const edits = restoreRange(raw, 0, raw.length, textBase(raw), resolve, tally);
    return { before: ends ? flush() : [], payload: edited(raw, edits), ...tally };
  }

  function noteId(id: string): void {
    if (id !== '' && !responseIds.includes(id)) responseIds.push(id);
  }

  function flush(): ReleasedEvent[] {
    return channels.release(ALWAYS);
  }

  return { matters, event, flush, responseIds };
}

function edited(raw: Buffer, edits: readonly Edit[]): Uint8Array {
  return edits.length === 0 ? raw : applyEdits(raw, edits);
}
