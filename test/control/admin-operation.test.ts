import { createServer } from 'node:http';
import { createServer as createNetServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminRequest } from '../../lib/control/admin-client.ts';
import {
  type AdminEvent,
  adminEvents,
  type FollowOptions,
} from '../../lib/control/admin-events.ts';
import {
  answerWithProgress,
  type Operation,
  type OperationPace,
} from '../../lib/control/admin-operation.ts';
import { adminError } from '../../lib/control/admin-protocol.ts';
import { startAdminServer } from '../../lib/control/admin-server.ts';
import { until } from '../support/until.ts';
import { makeHome, type TestHome } from './home.ts';

const PATH = '/admin/work';

async function serve(home: TestHome, operation: Operation, pace?: OperationPace) {
  const faults: unknown[] = [];
  const server = await startAdminServer({
    socketPath: home.socket,
    routes: { [PATH]: { POST: (request) => answerWithProgress(request, operation, pace) } },
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => server.close());
  return { server, faults };
}

async function all(home: TestHome, options?: FollowOptions): Promise<AdminEvent[]> {
  const events: AdminEvent[] = [];
  for await (const each of adminEvents(home, 'POST', PATH, options)) events.push(each);
  return events;
}

/** Listens at the admin socket without being Waterwall. */
async function listenInstead(home: TestHome, server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(home.socket, resolve));
  onTestFinished(() => {
    server.close();
  });
}

const twoSteps: Operation = async (tell) => {
  tell({ step: 'first', done: 0, total: 2 });
  await sleep(5);
  tell({ step: 'line\u2028two', done: 1, total: 2 });
  return { status: 200, body: { fine: true } };
};

describe('an operation', () => {
  it('tells its steps and its result to a client that asks for events', async () => {
    const home = makeHome();
    await serve(home, twoSteps);
    expect(await all(home)).toEqual([
      { event: 'progress', data: { step: 'first', done: 0, total: 2 } },
      { event: 'progress', data: { step: 'line\u2028two', done: 1, total: 2 } },
      { event: 'result', data: { fine: true } },
    ]);
  });

  it('answers any other client with the result alone', async () => {
    const home = makeHome();
    await serve(home, twoSteps);
    expect(await adminRequest(home, 'POST', PATH)).toEqual({ status: 200, body: { fine: true } });
  });

  it('that failed ends with an error, which has its status for other clients', async () => {
    const home = makeHome();
    await serve(home, async () => adminError(503, 'audit-unavailable', 'the disk is full'));
    const data = { error: { code: 'audit-unavailable', message: 'the disk is full' } };
    expect(await all(home)).toEqual([{ event: 'error', data }]);
    expect(await adminRequest(home, 'POST', PATH)).toEqual({ status: 503, body: data });
  });

  it('that throws ends with an error that tells nothing, and is a fault', async () => {
    const home = makeHome();
    const { faults } = await serve(home, async () => {
      throw new Error('internals');
    });
    expect(await all(home)).toEqual([
      { event: 'error', data: { error: expect.objectContaining({ code: 'internal' }) } },
    ]);
    expect(await adminRequest(home, 'POST', PATH)).toMatchObject({ status: 500 });
    expect(faults).toHaveLength(2);
  });

  it('is told when its client has gone, and that is no fault', async () => {
    const home = makeHome();
    const aborted: boolean[] = [];
    const { faults } = await serve(home, async (tell, signal) => {
      tell({ step: 'begun', done: 0, total: null });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted.push(signal.aborted);
      tell({ step: 'too late', done: 1, total: null });
      throw signal.reason;
    });
    for await (const { event } of adminEvents(home, 'POST', PATH)) {
      expect(event).toBe('progress');
      break;
    }
    await until(() => aborted.length === 1);
    await sleep(5);
    expect(faults).toEqual([]);
  });

  it('gives a client that reads slowly the latest step and the end, not all between', async () => {
    const home = makeHome();
    const filler = 'x'.repeat(10_000);
    const pace = { heartbeat: 60_000, patience: 60_000 };
    await serve(
      home,
      async (tell) => {
        for (let done = 0; done < 2000; done++) tell({ step: filler, done, total: 2000 });
        await sleep(200);
        return { status: 200, body: { fine: true } };
      },
      pace,
    );
    const events: AdminEvent[] = [];
    for await (const each of adminEvents(home, 'POST', PATH)) {
      if (events.length === 0) await sleep(100);
      events.push(each);
    }
    expect(events.length).toBeLessThan(500);
    expect(events.slice(-2)).toEqual([
      { event: 'progress', data: expect.objectContaining({ done: 1999 }) },
      { event: 'result', data: { fine: true } },
    ]);
  });

  it('shows that it lives while a step takes long', async () => {
    const home = makeHome();
    await serve(
      home,
      async () => {
        await sleep(400);
        return { status: 200, body: {} };
      },
      { heartbeat: 20, patience: 1000 },
    );
    expect(await all(home, { silence: 200 })).toEqual([{ event: 'result', data: {} }]);
  });
});

describe('a client of events', () => {
  it('tells an answer that does not go on as one event', async () => {
    const home = makeHome();
    await serve(home, twoSteps);
    const events: AdminEvent[] = [];
    for await (const each of adminEvents(home, 'POST', '/nothing')) events.push(each);
    expect(events).toEqual([
      { event: 'error', data: { error: { code: 'not-found', message: 'there is no /nothing' } } },
    ]);
  });

  it('gives up where nothing is sent, before and after the first byte', async () => {
    for (const begin of ['', 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n']) {
      const home = makeHome();
      await listenInstead(
        home,
        createNetServer((socket) => socket.on('error', () => {}).write(begin)),
      );
      await expect(all(home, { silence: 50 })).rejects.toMatchObject({
        code: 'io-error',
        message: expect.stringContaining('did not answer in time'),
      });
    }
  });

  it('is told of a stream that was cut', async () => {
    const home = makeHome();
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: progress\ndata: {}\n\n', () => response.destroy());
    });
    await listenInstead(home, server);
    await expect(all(home)).rejects.toMatchObject({ code: 'io-error' });
  });

  it('is told of an answer that is none of ours, and of nobody there', async () => {
    const home = makeHome();
    await expect(all(home)).rejects.toMatchObject({ code: 'not-running' });
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: progress\ndata: {\n\n');
    });
    await listenInstead(home, server);
    await expect(all(home)).rejects.toMatchObject({ code: 'io-error' });
  });

  it('ends quietly where it is aborted', async () => {
    const home = makeHome();
    const stop = new AbortController();
    await serve(home, async (tell, signal) => {
      tell({ step: 'begun', done: 0, total: null });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw signal.reason;
    });
    const events: AdminEvent[] = [];
    for await (const each of adminEvents(home, 'POST', PATH, { signal: stop.signal })) {
      events.push(each);
      stop.abort();
    }
    expect(events).toHaveLength(1);
  });
});
