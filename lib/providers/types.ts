/**
 * What each API's messages mean, as data. Adding a provider is adding rows; no other folder holds
 * the name of a field.
 *
 * Paths are dotted; `[]` is any element of an array, `**` any number of levels, `[0]` one element.
 */

/** The values of `sse_handler`. */
export type ApiName = 'anthropic' | 'openai' | 'none';

/** Strings at certain places of a message that are forwarded untouched. */
export interface OpaqueRule {
  /** The object that holds the fields, e.g. `messages[].content[]`; '' is the root. */
  readonly at: string;
  /** Only where the object's own `type` is one of these. */
  readonly types?: readonly string[];
  /** The fields whose strings (at any depth below) are opaque. */
  readonly fields: readonly string[];
  /** A further condition on the text, by name; `redact/opaque.ts` decides it. */
  readonly condition?: 'billing-header' | 'media';
  /**
   * With `media`: a quoted name that stands in every document that has such file data, and that the
   * scanner marks (`file`). Absent: its `base64` mark stands near it.
   */
  readonly cue?: string;
}

/** A piece of streamed text that must be followed across events. */
export interface DeltaRule {
  /** The event's `type`; `*` stands for anything in it; '' is any event, typed or not. */
  readonly event: string;
  /** Where the delta's string stands, e.g. `delta.partial_json`; members and `[]` only. */
  readonly path: string;
  /**
   * Fields of the event's root that tell its channels apart; `a|b` is the first that is there.
   * Elements of arrays along the path are told apart by their own `index`, else by their position.
   */
  readonly key: readonly string[];
  /** `json`: the channel's text is JSON source, so that a secret is escaped once more. */
  readonly source: 'text' | 'json';
}

/** An event that ends channels: what was held back goes out before it. */
export interface EndRule {
  /** As in {@link DeltaRule}; data that is not JSON counts as an event of that name (`[DONE]`). */
  readonly event: string;
  /** The object that says so ('' is the root): only channels at or below it end. */
  readonly at: string;
  /** Only where this field of that object is there and neither null nor false. */
  readonly when?: string;
  /**
   * Only channels with the same values of these root fields, written as in {@link DeltaRule}; a
   * field that the event lacks has every value.
   */
  readonly key: readonly string[];
}

/**
 * What tells the messages of a WebSocket apart. Each mark is a piece of JSON source with its quotes:
 * inside of a string they would be escaped.
 */
export interface MessageGrammar {
  /** Stands in messages of the client that ask for an answer. */
  readonly asks: readonly string[];
  /** Stands in the message that completes an answer. */
  readonly completes: readonly string[];
}

/** The grammar of one API. */
export interface ApiGrammar {
  readonly name: ApiName;
  /** Opaque places of requests. */
  readonly opaqueRequest: readonly OpaqueRule[];
  /** Opaque places of answers, whole or events. */
  readonly opaqueResponse: readonly OpaqueRule[];
  /** Paths of strings that hold JSON source (tool arguments), in requests and answers. */
  readonly jsonSource: readonly string[];
  readonly deltas: readonly DeltaRule[];
  readonly ends: readonly EndRule[];
  /** Absent where the API speaks no WebSocket that we know. */
  readonly messages?: MessageGrammar;
  /** Header names (lower case) whose values are the provider's own credential. */
  readonly credentialHeaders: readonly string[];
  /** Query parameters that are. */
  readonly credentialQuery: readonly string[];
  /** The body of a refusal in the API's own shape. */
  errorBody(message: string, waterwall: Readonly<Record<string, unknown>>): object;
  /** The bytes of an error event that ends a stream in the API's own shape. */
  errorEvent(message: string, waterwall: Readonly<Record<string, unknown>>): string;
  /** The message that ends a WebSocket's answer in the API's own shape. */
  errorMessage(
    message: string,
    waterwall: Readonly<Record<string, unknown>>,
    status: number,
  ): string;
}
