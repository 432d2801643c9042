import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const children = new Set();
process.once('exit', endAll);

/** Ends every process that was started here. */
export function endAll() {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts a process that is ended with this one. */
export function start(args, env = {}) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a script of this folder that says its port first; undefined where it ends before it does. */
export async function startListening(script, args) {
  const child = start([fileURLToPath(new URL(script, import.meta.url)), ...args]);
  child.stderr.resume();
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+$/.test(line)) return { port: Number(line), pid: child.pid, child };
  }
  return undefined;
}

/** Milliseconds of CPU that a process has used; undefined where /proc is not there. */
export function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

/** Megabytes of memory that a process holds; undefined where /proc is not there. */
export function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return undefined;
  }
}
