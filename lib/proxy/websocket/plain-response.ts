import http, { type IncomingMessage } from 'node:http';
import type net from 'node:net';
import { endWith } from '../last-words.ts';

/**
 * A plain HTTP answer to a request for an upgrade. Node hands over the connection of such a request
 * without a response to write to.
 */
export function plainResponse(request: IncomingMessage, socket: net.Socket): http.ServerResponse {
  const response = new http.ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // Under TLS the end of a connection shows only to whoever reads.
  socket.resume();
  // What the HTTP server does for its own responses.
  socket.on('drain', () => response.emit('drain'));
  response.once('finish', () => endWith(socket, ''));
  return response;
}
