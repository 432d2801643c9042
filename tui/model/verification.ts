import type { Progress } from '../../lib/control/admin-protocol.ts';
import type { Check, VerifyReport } from '../../lib/ops/verify/check.ts';
import type { Key } from './editor.ts';
import type { Answer, Step } from './message.ts';
import type { VerifyModal } from './modal.ts';

export function startVerification(now: number): Step<VerifyModal> {
  return [
    { kind: 'verify', running: true, startedAt: now, checks: [], selected: 0 },
    { kind: 'verify' },
  ];
}

/** @returns undefined where the modal closes */
export function pressInVerification(
  modal: VerifyModal,
  key: Key,
  now: number,
): Step<VerifyModal | undefined> {
  const move = (by: number): Step<VerifyModal> => {
    const last = Math.max(0, modal.checks.length - 1);
    return [{ ...modal, selected: Math.max(0, Math.min(last, modal.selected + by)) }];
  };
  switch (key.name) {
    case 'escape':
    case 'q':
      return modal.running ? [undefined, { kind: 'cancel', what: 'verify' }] : [undefined];
    case 'enter':
      return modal.running ? [modal] : [undefined];
    case 'up':
      return move(-1);
    case 'down':
      return move(1);
    case 'r':
    case 'v':
      return modal.running ? [modal] : startVerification(now);
    default:
      return [modal];
  }
}

export function verificationGoesOn(
  modal: VerifyModal,
  progress: Progress & { readonly check?: Check },
): VerifyModal {
  const { check } = progress;
  const known = modal.checks.filter(({ name }) => name !== check?.name);
  return { ...modal, progress, checks: check === undefined ? modal.checks : [...known, check] };
}

export function verified(
  modal: VerifyModal,
  answer: Answer<VerifyReport>,
  now: number,
): VerifyModal {
  const ended = { ...modal, running: false, endedAt: now };
  if (!answer.ok) return { ...ended, error: answer.error };
  const { checks } = answer.body;
  // What needs somebody's attention comes first under the cursor.
  const wanting = checks.findIndex(({ status }) => status === 'fail');
  const odd = wanting === -1 ? checks.findIndex(({ status }) => status === 'warn') : wanting;
  return { ...ended, checks, selected: Math.max(0, odd) };
}
