import { type AdminHandler, type AdminRoutes, adminError } from './admin-protocol.ts';

/**
 * The routes of the socket that only shows. What changes something does not exist behind it,
 * whatever its client says: it may be forwarded to another machine, or into a container, with no
 * more than a look at the state given away.
 */
export function readOnlyRoutes(routes: AdminRoutes): AdminRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, handler]) => [
          method,
          method === 'GET' ? handler : refusal(path),
        ]),
      ),
    ]),
  );
}

function refusal(path: string): AdminHandler {
  return () =>
    adminError(403, 'read-only', `${path} changes something; this socket only shows`, {
      fix: 'ask at admin.sock beside it',
    });
}
