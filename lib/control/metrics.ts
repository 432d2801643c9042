import type { Histogram, Registry } from 'prom-client';
import type { TextReply } from './admin-protocol.ts';
import { METRICS, type MetricsFacts } from './metrics-table.ts';
import { LATENCY_BOUNDS, type TallyReading } from './tally.ts';

/** `GET /metrics`, in the text format of Prometheus. */
export interface Metrics {
  render(): Promise<TextReply>;
}

/** How often the delay of the event loop is sampled, in milliseconds: not so often as to be felt. */
const SAMPLE_EVERY = 20;

/** By type of handle and by heap space: many series, names against the conventions, no use. */
const UNWANTED = /^nodejs_(?:active_|heap_space_)/;

/**
 * The library is loaded with the first scrape: it takes longer than all else at a start, and most
 * daemons are never asked.
 */
export function createMetrics(facts: () => MetricsFacts | Promise<MetricsFacts>): Metrics {
  let loading: Promise<Writer> | undefined;
  return {
    async render() {
      loading ??= createWriter();
      const { registry, set } = await loading;
      set(await facts());
      return { status: 200, text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

interface Writer {
  readonly registry: Registry;
  /** Sets every metric to what the facts say. */
  readonly set: (facts: MetricsFacts) => void;
}

async function createWriter(): Promise<Writer> {
  const { Counter, Gauge, Registry, collectDefaultMetrics } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  // Of this process: CPU, memory, file descriptors, garbage collection, delay of the event loop.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SAMPLE_EVERY });
  for (const { name } of await registry.getMetricsAsJSON()) {
    if (UNWANTED.test(name)) registry.removeSingleMetric(name);
  }
  const metrics = METRICS.map(({ kind, name, help, labels = [], samples }) => {
    const settings = { name: `waterwall_${name}`, help, labelNames: [...labels], registers };
    const metric = kind === 'counter' ? new Counter(settings) : new Gauge(settings);
    return { metric, samples };
  });
  let latency: TallyReading['latency'] = [];
  registry.registerMetric(latencyHistogram(() => latency));
  return {
    registry,
    set(facts) {
      latency = facts.tally.latency;
      for (const { metric, samples } of metrics) {
        // What is not there any more, such as an alarm that was cleared, must not stay.
        metric.reset();
        for (const { labels = {}, value } of samples(facts)) metric.inc(labels, value);
      }
    },
  };
}

const LATENCY_NAME = 'waterwall_added_latency_seconds';

/**
 * The library's own histogram can only be told of one observation after another. A registry asks a
 * metric for nothing but its values, so ours gives it the buckets as they were counted.
 */
function latencyHistogram(rows: () => TallyReading['latency']): Histogram {
  const get = async () => ({
    name: LATENCY_NAME,
    help: 'Time from a whole request read to its last byte sent.',
    type: 'histogram',
    values: rows().flatMap(({ host, buckets, sum, count }) => [
      ...[...LATENCY_BOUNDS, '+Inf'].map((le, index) => ({
        metricName: `${LATENCY_NAME}_bucket`,
        labels: { host, le },
        value: buckets[index] ?? count,
      })),
      { metricName: `${LATENCY_NAME}_sum`, labels: { host }, value: sum },
      { metricName: `${LATENCY_NAME}_count`, labels: { host }, value: count },
    ]),
  });
  return { name: LATENCY_NAME, get } as unknown as Histogram;
}
