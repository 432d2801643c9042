// Measures the engine in a process of its own, and prints what it found.
//   node engine.mjs [scan]
import { measureEngine, measureScan } from '../scan.mjs';

console.log(JSON.stringify(process.argv[2] === 'scan' ? await measureScan() : measureEngine()));
