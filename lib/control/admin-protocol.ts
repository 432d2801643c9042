/** What a request to the admin channel and its answer are, before HTTP and after it. */

import type { ServerResponse } from 'node:http';

/** A request whose limits and JSON have been checked. */
export interface AdminRequest {
  /** The parsed body; undefined where there was none. */
  readonly body: unknown;
  readonly query: URLSearchParams;
  /** The client asks for an answer of server-sent events (`accept: text/event-stream`). */
  readonly events: boolean;
}

/** An answer; the body is sent as JSON. */
export interface AdminReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in another format than JSON. */
export interface TextReply {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
}

/** An answer that goes on: whoever gave it writes it. What it throws is a fault, as a handler's. */
export interface StreamReply {
  readonly stream: (response: ServerResponse) => void | Promise<void>;
}

export type Reply = AdminReply | TextReply | StreamReply;

export type AdminHandler = (request: AdminRequest) => Reply | Promise<Reply>;

/** Path → method → handler. */
export type AdminRoutes = Readonly<Record<string, Readonly<Record<string, AdminHandler>>>>;

/** The body of every answer that is no success. */
export interface AdminError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly fix?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** How far an operation is. */
export interface Progress {
  /** What is done now, or has just been done: the name of a check, a part of a bundle. */
  readonly step: string;
  /** Units of the whole operation that are done. */
  readonly done: number;
  /** Units in all; null while nobody knows. */
  readonly total: number | null;
}

/** Builds an error answer. */
export function adminError(
  status: number,
  code: string,
  message: string,
  more: Omit<AdminError['error'], 'code' | 'message'> = {},
): AdminReply {
  const body: AdminError = { error: { code, message, ...more } };
  return { status, body };
}
