/** What the demo found out. */
export interface DemoReport {
  /** Made up for this run. */
  readonly secrets: readonly string[];
  /** The text with the secrets, as the agent sent it. */
  readonly sent: string;
  /** The same text as the provider got it. */
  readonly seen: string;
  /** The pieces in which the provider streamed its answer. */
  readonly streamed: readonly string[];
  /** The answer as it came back to the agent. */
  readonly received: string;
  readonly placeholders: readonly string[];
  /** Secrets found in anything the provider got. */
  readonly leaks: number;
  /** The agent got every secret back. */
  readonly restored: boolean;
  /** The lines of the audit log about this request, as they stand there. */
  readonly audit: readonly string[];
  readonly verification: { readonly intact: boolean; readonly summary: string };
}

/** Whether everything went as promised. */
export function passed(report: DemoReport): boolean {
  return report.leaks === 0 && report.restored && report.verification.intact;
}
