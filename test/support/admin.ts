import { once } from 'node:events';
import http from 'node:http';

/** An answer of the admin channel. */
export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

/** Asks the admin channel over its Unix socket. */
export async function askAdmin(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<AdminAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-type': 'application/json' };
  const request = http.request({
    socketPath,
    method,
    path,
    headers,
    timeout: 10_000,
    agent: false,
  });
  request.on('timeout', () => request.destroy(new Error('the admin channel does not answer')));
  request.end(text);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.setEncoding('utf8');
  let answer = '';
  for await (const part of response) answer += part as string;
  return {
    status: response.statusCode ?? 0,
    text: answer,
    json: () => JSON.parse(answer) as Record<string, unknown>,
  };
}
