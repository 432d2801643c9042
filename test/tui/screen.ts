import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';

export type VirtualTerminal = InstanceType<typeof xterm.Terminal>;

/** A terminal without a window. */
export function virtualTerminal(columns: number, rows: number): VirtualTerminal {
  return new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
}

/** What can be read on it. */
export function screenText(terminal: VirtualTerminal): string {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) =>
    active.getLine(row)?.translateToString(true),
  ).join('\n');
}

/** A terminal's two ends in this process: what a program writes to, and what it reads. */
export function inProcessScreen(columns: number, rows: number) {
  const terminal = virtualTerminal(columns, rows);
  const output = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        terminal.write(chunk, done);
      },
    }),
    { isTTY: true, columns, rows },
  );
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  return {
    terminal,
    output: output as unknown as NodeJS.WriteStream,
    input: input as unknown as NodeJS.ReadStream,
    text: () => screenText(terminal),
    type: (keys: string) => input.write(keys),
    resize(width: number, height: number) {
      terminal.resize(width, height);
      Object.assign(output, { columns: width, rows: height });
      output.emit('resize');
    },
  };
}

/** A program on a terminal of its own, by `script` of util-linux; no native module is needed. */
export function underScript(
  command: readonly string[],
  columns: number,
  rows: number,
  env: NodeJS.ProcessEnv,
) {
  const terminal = virtualTerminal(columns, rows);
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const line = `stty cols ${columns} rows ${rows}; ${quoted}; echo "[status $?]"; stty -a; exit`;
  const child = spawn('script', ['-qfec', line, '/dev/null'], { env, detached: true });
  let raw = '';
  child.stdout.on('data', (data: Buffer) => {
    raw += data.toString('utf8');
    terminal.write(data);
  });
  terminal.onData((answer) => child.stdin.write(answer));
  return {
    terminal,
    text: () => screenText(terminal),
    /** Every byte that was written to the terminal. */
    raw: () => raw,
    type: (keys: string) => child.stdin.write(keys),
    exit: once(child, 'exit'),
    dispose: () => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {}
    },
  };
}
