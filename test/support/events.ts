import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

/** One server-sent event. */
export interface SentEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of `/admin/events` that reads all that comes. */
export async function followEvents(socketPath: string) {
  const request = httpRequest({ socketPath, path: '/admin/events', agent: false });
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  response.on('error', () => {});
  const events = (): SentEvent[] =>
    text
      .split('\n\n')
      .slice(0, -1)
      .flatMap((block) => {
        const [, event, data] = /^event: ([^\n]*)\ndata: ([^\n]*)$/.exec(block) ?? [];
        return event === undefined ? [] : [{ event, data: JSON.parse(data ?? '') }];
      });
  return {
    response,
    events,
    text: () => text,
    named: (name: string) => events().filter(({ event }) => event === name),
    /** Whether it ended as a message ends. */
    ended: new Promise<boolean>((resolve) => {
      response.once('close', () => resolve(response.complete));
    }),
    leave: () => {
      request.destroy();
    },
  };
}
