import type { AuditLog } from '../../audit/types.ts';
import type { VerifyReport } from './check.ts';

/**
 * Makes the report's audit line. A log that takes no line hinders no report: that is what it says.
 */
export async function recordVerification(
  audit: Pick<AuditLog, 'append' | 'failure'>,
  report: VerifyReport,
): Promise<void> {
  const named = (status: string) =>
    report.checks.filter((check) => check.status === status).map(({ name }) => name);
  try {
    await audit.append('verify_install', {
      mode: report.mode,
      result: report.ok ? 'ok' : 'failed',
      failed: named('fail'),
      warned: named('warn'),
    });
  } catch (error) {
    if (audit.failure === undefined) throw error;
  }
}
