/** What a request to the admin channel and its answer are, before HTTP and after it. */

/** A request whose limits and JSON have been checked. */
export interface AdminRequest {
  /** The parsed body; undefined where there was none. */
  readonly body: unknown;
  readonly query: URLSearchParams;
}

/** An answer; the body is sent as JSON. */
export interface AdminReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type AdminHandler = (request: AdminRequest) => AdminReply | Promise<AdminReply>;

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
