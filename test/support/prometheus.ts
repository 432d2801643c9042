import { expect } from 'vitest';

/** A scrape, read strictly: a line that is not in the text format 0.0.4 fails the test. */
export interface Scrape {
  readonly types: ReadonlyMap<string, string>;
  /** `name{labels}` as written → value. */
  readonly samples: ReadonlyMap<string, number>;
  readonly names: ReadonlySet<string>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);

export function readScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  const names = new Set<string>();
  const helped = new Set<string>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, comment, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === 'HELP') helped.add(name);
    else if (comment === 'TYPE') {
      expect(types.has(name), `${name} twice`).toBe(false);
      expect(['counter', 'gauge', 'histogram', 'summary']).toContain(rest);
      types.set(name, rest);
    } else {
      const [, sample = '', labels = '', value] = SAMPLE.exec(line) ?? [];
      expect(sample, line).not.toBe('');
      const family = types.has(sample) ? sample : sample.replace(/_(?:bucket|sum|count)$/, '');
      expect(types.has(family), `${sample} has a type`).toBe(true);
      expect(helped.has(family), `${sample} has a help`).toBe(true);
      const key = `${sample}${labels}`;
      expect(samples.has(key), `${key} twice`).toBe(false);
      const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
      expect(Number.isNaN(number) && value !== 'Nan', line).toBe(false);
      samples.set(key, number);
      names.add(family);
    }
  }
  return { types, samples, names };
}
