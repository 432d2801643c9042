import { describe, expect, it } from 'vitest';
import {
  countHeader,
  endToEnd,
  headerValue,
  narrowAcceptEncoding,
  withHeader,
} from '../../lib/proxy/headers.ts';

describe('endToEnd', () => {
  it('keeps order, case and repetitions of what goes on', () => {
    const raw = ['X-Api-Key', 'k', 'Anthropic-Beta', 'a', 'anthropic-beta', 'b', 'HOST', 'h'];
    expect(endToEnd(raw)).toEqual(raw);
  });

  it('drops hop-by-hop fields and those that Connection nominates', () => {
    const raw = [
      ...[
        'Connection',
        'keep-alive, X-Hop',
        'X-Hop',
        '1',
        'TE',
        'trailers',
        'Expect',
        '100-continue',
      ],
      ...[
        'Proxy-Authorization',
        'Basic x',
        'Transfer-Encoding',
        'chunked',
        'Upgrade',
        'h2c',
        'A',
        '1',
      ],
    ];
    expect(endToEnd(raw)).toEqual(['A', '1']);
  });

  it('drops what it is told to', () => {
    expect(endToEnd(['Content-Length', '3', 'A', '1'], ['content-length'])).toEqual(['A', '1']);
  });
});

describe('withHeader', () => {
  it('replaces in place, once', () => {
    const raw = ['A', '1', 'content-length', '3', 'Content-Length', '4', 'B', '2'];
    expect(withHeader(raw, 'Content-Length', '9')).toEqual([
      'A',
      '1',
      'content-length',
      '9',
      'B',
      '2',
    ]);
  });

  it('appends where there is none', () => {
    expect(withHeader(['A', '1'], 'B', '2')).toEqual(['A', '1', 'B', '2']);
  });
});

describe('narrowAcceptEncoding', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'gzip, deflate, br'],
    ['zstd', 'identity'],
    ['*', 'identity'],
    ['gzip;q=1.0, zstd;q=0.5', 'gzip;q=1.0'],
    ['GZIP', 'GZIP'],
  ])('makes %j %j', (given, narrowed) => {
    expect(narrowAcceptEncoding(['Accept-Encoding', given, 'A', 'zstd'])).toEqual([
      'Accept-Encoding',
      narrowed,
      'A',
      'zstd',
    ]);
  });
});

describe('headerValue and countHeader', () => {
  it('compare names without case', () => {
    const raw = ['Host', 'a', 'HOST', 'b'];
    expect(headerValue(raw, 'host')).toBe('a');
    expect(countHeader(raw, 'host')).toBe(2);
    expect(headerValue(raw, 'x')).toBeUndefined();
  });
});
