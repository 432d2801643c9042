import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { publicRoutes } from '../../lib/control/admin-routes.ts';
import type { Health } from '../../lib/control/health.ts';
import { createMetrics } from '../../lib/control/metrics.ts';
import { startMetricsServer } from '../../lib/control/metrics-server.ts';
import { METRICS, type MetricsFacts } from '../../lib/control/metrics-table.ts';
import { createTally } from '../../lib/control/tally.ts';
import { readScrape } from '../support/prometheus.ts';

function facts(more: Partial<MetricsFacts> = {}): MetricsFacts {
  return {
    health: {
      version: '1.2.3',
      killswitch_sources: [],
      problems: [],
      last_upstream_ok_ts: null,
      patterns_loaded: 200,
    } as unknown as Health,
    totals: {
      requests: 3,
      redactions: 4,
      restored: 5,
      unknown_placeholders: 6,
      tunnels: 7,
      tunnel_bytes: 8,
      in_flight: 1,
      tunnels_open: 2,
      refusals: { 'store-full': 9 },
    },
    tally: createTally().read(),
    alarms: [],
    store: { size: 10, capacity: 100, bytes: 1000 },
    chain: { length: 42, signed: 40 },
    signer: { state: 'running', waitingMs: 1500, signatures: 7, restarts: 1 },
    ...more,
  };
}

describe('the text', () => {
  it('is what a scraper reads, with names after the conventions', async () => {
    const tally = createTally();
    const redactions = [{ type: 'AWS_KEY' }, { type: 'AWS_KEY' }, { type: 'JWT_TOKEN' }];
    const host = 'api.anthropic.com';
    tally.ended({ host, outcome: 'delivered', redactions, addedLatency: 0.7 });
    tally.ended({ host, outcome: 'delivered', redactions: [], addedLatency: 30 });
    tally.ended({ host, outcome: 'broken-off', redactions: [], addedLatency: undefined });
    tally.ended({ host, outcome: 'delivered', redactions: [], addedLatency: 60_000 });
    tally.reloaded(true);
    const metrics = createMetrics(() => facts({ tally: tally.read() }));
    const { status, text, contentType } = await metrics.render();
    expect([status, contentType]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const { samples, types, names } = readScrape(text);
    expect(Object.fromEntries(samples)).toMatchObject({
      [`waterwall_build_info{version="1.2.3",node="${process.version}"}`]: 1,
      'waterwall_requests_total{host="api.anthropic.com",outcome="delivered"}': 3,
      'waterwall_requests_total{host="api.anthropic.com",outcome="broken_off"}': 1,
      'waterwall_redactions_total{type="AWS_KEY"}': 2,
      'waterwall_redactions_total{type="JWT_TOKEN"}': 1,
      waterwall_restored_total: 5,
      waterwall_unknown_placeholders_total: 6,
      'waterwall_refusals_total{code="store-full"}': 9,
      'waterwall_policy_reloads_total{result="ok"}': 1,
      'waterwall_killswitch_engaged{source="sentinel"}': 0,
      'waterwall_healthy{part="chain"}': 1,
      waterwall_store_entries: 10,
      waterwall_chain_lines: 42,
      'waterwall_added_latency_seconds_bucket{host="api.anthropic.com",le="0.001"}': 1,
      'waterwall_added_latency_seconds_bucket{host="api.anthropic.com",le="0.05"}': 2,
      'waterwall_added_latency_seconds_bucket{host="api.anthropic.com",le="2.5"}': 2,
      'waterwall_added_latency_seconds_bucket{host="api.anthropic.com",le="+Inf"}': 3,
      'waterwall_added_latency_seconds_count{host="api.anthropic.com"}': 3,
      'waterwall_added_latency_seconds_sum{host="api.anthropic.com"}': 60.0307,
    });
    expect(types.get('waterwall_added_latency_seconds')).toBe('histogram');
    expect([...names]).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']),
    );
    for (const { kind, name } of METRICS) {
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|kb|mb|percent)\b/);
    }
  });

  it('says what is now: an alarm that was cleared is gone, a source that let go is 0', async () => {
    const sources = { held: ['sentinel'] };
    const alarms: { code: string }[] = [{ code: 'config-error' }];
    const metrics = createMetrics(() => {
      const base = facts();
      return {
        ...base,
        health: { ...base.health, killswitch_sources: sources.held } as Health,
        alarms: alarms as unknown as MetricsFacts['alarms'],
      };
    });
    const first = readScrape((await metrics.render()).text).samples;
    expect(first.get('waterwall_killswitch_engaged{source="sentinel"}')).toBe(1);
    expect(first.get('waterwall_alarm_raised{code="config-error"}')).toBe(1);
    sources.held = [];
    alarms.length = 0;
    const second = readScrape((await metrics.render()).text).samples;
    expect(second.get('waterwall_killswitch_engaged{source="sentinel"}')).toBe(0);
    expect(second.has('waterwall_alarm_raised{code="config-error"}')).toBe(false);
    expect(second.get('waterwall_chain_lines')).toBe(42);
  });

  it('has a bounded number of series, whatever hosts and types come', async () => {
    const tally = createTally();
    for (let count = 0; count < 2000; count++) {
      const redactions = [{ type: `TYPE_${count}` }];
      tally.ended({ host: `h${count}.example`, outcome: 'refused', redactions, addedLatency: 1 });
    }
    const { requests, redactions, latency } = tally.read();
    for (const rows of [requests, redactions, latency]) expect(rows.length).toBeLessThan(310);
    expect(requests.find(({ host }) => host === 'other')?.count).toBe(1700);
    expect(requests.reduce((sum, { count }) => sum + count, 0)).toBe(2000);
  });
});

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function serve(host = '127.0.0.1') {
  let status: Health['status'] = 'ok';
  const server = await startMetricsServer({
    listen: { host, port: 0 },
    routes: publicRoutes({
      health: async () => ({ status }) as Health,
      metrics: createMetrics(() => facts()),
    }),
    onFault: (error) => {
      throw error;
    },
  });
  onTestFinished(() => server.close());
  const { port } = server.address;
  const get = async (path: string, options: { method?: string; host?: string } = {}) => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      path,
      method: options.method ?? 'GET',
      headers: options.host === undefined ? {} : { host: options.host },
      agent: false,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const part of response.setEncoding('utf8')) body += part as string;
    return { status: response.statusCode ?? 0, headers: response.headers, body } satisfies Got;
  };
  return {
    server,
    port,
    get,
    fail: () => {
      status = 'failed';
    },
  };
}

describe('over TCP', () => {
  it('serves health and metrics, and nothing else', async () => {
    const { get, fail } = await serve();
    expect((await get('/metrics')).body).toContain('waterwall_build_info');
    expect((await get('/metrics?x=1')).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);
    fail();
    expect((await get('/healthz')).status).toBe(503);
    for (const path of ['/', '/admin/state', '/admin/events', '/admin/killswitch', '/__proto__']) {
      expect((await get(path)).status).toBe(404);
    }
  });

  it('takes GET and HEAD only', async () => {
    const { get } = await serve();
    const head = await get('/metrics', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(1000);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await get('/metrics', { method });
      expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('is nobody’s page: another name as Host is refused', async () => {
    const { get, port } = await serve();
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '127.0.0.2:1', '[::1]:9']) {
      expect((await get('/metrics', { host })).status, host).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example#localhost',
      '10.0.0.1',
      '0.0.0.0',
      ':',
    ]) {
      const refused = await get('/metrics', { host });
      expect([refused.status, refused.body.includes('waterwall_')], host).toEqual([421, false]);
    }
  });

  it('on a network answers to addresses, not to names', async () => {
    const { get } = await serve('0.0.0.0');
    expect((await get('/metrics', { host: '10.0.0.1:8889' })).status).toBe(200);
    expect((await get('/metrics', { host: 'evil.example' })).status).toBe(421);
  });

  it('says so where the port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      squatter.close();
    });
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const options = { listen: { host: '127.0.0.1', port }, routes: {}, onFault: () => {} };
    await expect(startMetricsServer(options)).rejects.toMatchObject({
      code: 'address-in-use',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
