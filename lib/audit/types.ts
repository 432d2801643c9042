/** Line types of the chain; DESIGN §10. */
export type LineType =
  | 'start'
  | 'stop'
  | 'redaction'
  | 'detokenization'
  | 'refusal'
  | 'killswitch'
  | 'policy_change'
  | 'tunnel'
  | 'manifest'
  | 'verify_install'
  | 'key'
  | 'rotation'
  | 'recovered'
  | 'heartbeat'
  | 'checkpoint';

/** What a line says beside `seq`, `ts`, `line_type`, `prev_hash` and `frameworks`. Never a secret. */
export type LineFields = Readonly<Record<string, unknown>>;

/** The head of the chain. */
export interface ChainHead {
  /** Number of durable lines; the next line's `seq`. */
  readonly length: number;
  /** The last line's leaf hash, base64; 32 zero bytes where there is none. */
  readonly hash: string;
}

/** The chain of this process. One writer a log folder. */
export interface AuditLog {
  /**
   * Appends a line; settles after it is durable (group commit: one write and one fdatasync for
   * whatever is queued). Lines get their place in the order of the calls.
   *
   * @returns the line's `seq`
   * @throws WaterwallError `audit-unavailable` once the writer is poisoned
   */
  append(type: LineType, fields: LineFields): Promise<number>;
  /**
   * Seals the current segment with a `rotation` line and goes on in the next one; settles when the
   * next one is there. Lines go on being appended meanwhile.
   *
   * @returns the `rotation` line's `seq`
   */
  rotate(fields?: LineFields): Promise<number>;
  /** Why nothing can be appended any more; undefined while the writer is well. */
  readonly failure: Error | undefined;
  readonly head: ChainHead;
  /**
   * Appends `stop`, waits for what is queued, closes the file and lets go of the log folder.
   * Lines after it fail.
   *
   * @param last - the fields of `stop`, asked for when all lines before it are durable
   */
  close(last?: () => LineFields): Promise<void>;
}
