import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WaterwallError } from '../../errors.ts';

/** Where a daemon takes connections. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws WaterwallError `address-in-use`, `io-error` */
export function listen(server: Server, at: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${at.host}:${at.port}`;
      reject(
        new WaterwallError(
          cause.code === 'EADDRINUSE' ? 'address-in-use' : 'io-error',
          `cannot listen on ${where} (${cause.code ?? 'unknown error'})`,
          { fix: 'stop what listens there, or set another `listen` in config.yaml', cause },
        ),
      );
    });
    server.listen(at.port, at.host, () => {
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: address, port });
    });
  });
}
