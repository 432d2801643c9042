// mockttp as a relay: everything passed through.
//   node mockttp.mjs CERTIFICATE KEY ROOTS PROVIDER_PORT
import { readFileSync } from 'node:fs';
import { getLocal } from 'mockttp';

const [, , certificate, key, roots, port] = process.argv;
const server = getLocal({
  https: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') },
  recordTraffic: false,
});
await server.start();
await server.forAnyRequest().thenForwardTo(`https://127.0.0.1:${port}`, {
  trustAdditionalCAs: [{ cert: readFileSync(roots, 'utf8') }],
  ignoreHostHttpsErrors: true,
});
console.log(server.port);
