import { readFileSync } from 'node:fs';

/** The processes that a process started and that still run (Linux only). */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
