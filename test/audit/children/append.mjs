// Appends to a log in a process of its own, so that a test can kill it or make its system calls
// fail. Runs the compiled program: `npm test` builds it first.
import { pathToFileURL } from 'node:url';

const [dist, logFolder, mode, count] = process.argv.slice(2);
const { openLog } = await import(new URL('lib/audit/log.js', pathToFileURL(`${dist}/`)));

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const poisoned = [];
const log = await openLog(logFolder, {
  now: () => new Date(),
  onPoison: (error) => poisoned.push(error.code),
});
const append = () => log.append('tunnel', { host: 'host.test', note: 'x'.repeat(200) });

if (mode === 'forever') {
  // Eight at a time, so that batches form; each is reported as soon as it is acknowledged.
  const worker = async () => {
    for (;;) print(await append());
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

if (mode === 'at-once') {
  await Promise.all(Array.from({ length: Number(count) }, append));
  await log.close();
}

if (mode === 'one-by-one') {
  let acknowledged = 0;
  try {
    for (; acknowledged < Number(count); acknowledged++) await append();
  } catch (error) {
    const codes = await Promise.all([append(), append()].map((line) => line.catch((e) => e.code)));
    print({ acknowledged, code: error.code, cause: error.cause.code, codes, poisoned });
  }
  await log.close();
}

if (mode === 'hold') {
  print('ready');
  setInterval(() => {}, 1000);
}
