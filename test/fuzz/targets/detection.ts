import { createExactMatcher } from '../../../lib/detect/exact.ts';
import { compileOperatorPattern } from '../../../lib/detect/operator-pattern.ts';
import { searchRegex } from '../../../lib/detect/regex/search.ts';
import { compileScanner } from '../../../lib/detect/scanner.ts';
import { SAMPLES } from '../../pipeline/documents.ts';
import { dumped } from '../../redact/dumps.ts';
import { holds, type Target, unlessRefused } from '../target.ts';
import { KNOWN, TOKEN, WRITTEN_SECRETS } from './secrets.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
const exact = createExactMatcher();
for (const value of KNOWN) exact.add(value, Buffer.from(value));

const SUBJECT_OF_DUMPS = `first line\n${TOKEN}\n${KNOWN[0]}\n`;
const SUBJECT = Buffer.from('acme_0123456789 foo\\n"bar" aaaaaaaaaaaa\n\tÄb-_.');

export const DETECTION: readonly Target[] = [
  {
    name: 'scanner',
    seeds: [
      ...SAMPLES.filter((_, i) => i % 3 === 0).map(({ text }) => text),
      ...(['xxd', 'hexdump', 'od'] as const).map((tool) => dumped(SUBJECT_OF_DUMPS, 16, tool)),
    ],
    words: [
      '-----BEGIN RSA PRIVATE KEY-----',
      '-----END ',
      'PRIVATE KEY-----',
      '\n',
      '\\n',
      '\\\\n',
      '\r\n',
      '     1\t',
      '     2→',
      '+',
      '> ',
      '"',
      '\\"',
      '\\u00',
      '\\u0022',
      '%',
      '=',
      ': ',
      'password',
      'token',
      '://',
      '@',
      'Proc-Type: 4,ENCRYPTED',
      '\u001b[32m',
      '…',
      ...WRITTEN_SECRETS.slice(0, 12),
    ],
    run(input) {
      for (const depth of [0, 1, 2]) {
        const { spans, marks } = scanner.scan({ bytes: input, depthAt: () => depth });
        let at = 0;
        for (const { start, end } of spans) {
          holds(start >= at && end > start && end <= input.length, 'a span is out of order', {
            start,
            end,
          });
          at = end;
        }
        for (const { offset } of marks)
          holds(offset >= 0 && offset < input.length, 'a mark is nowhere');
        const again = scanner.scan({ bytes: Buffer.from(input), depthAt: () => depth });
        holds(JSON.stringify(again.spans) === JSON.stringify(spans), 'it is not the same again');
      }
      for (const value of KNOWN) {
        const found = exact
          .find(input)
          .some(
            ({ id, start, end, depth, core }) =>
              id === value && end - start === Buffer.byteLength(value) && depth === 0 && !core,
          );
        holds(
          found === input.includes(value),
          'a value is found where it is not, or not where it is',
          value,
        );
      }
    },
  },
  {
    name: 'operator-regex',
    seeds: [
      '\\bacme_[a-z0-9]{10}\\b',
      '(?i)foo|ba[^r]+?x',
      '(?:a|aa)+$',
      '[\\w.-]{2,5}\\x41\\u0042',
    ],
    words: [
      '(',
      ')',
      '(?:',
      '(?i)',
      '(?=',
      '[',
      ']',
      '[^',
      '{',
      '}',
      '{2,}',
      '{1,1000}',
      '{1000}',
      '*',
      '+',
      '?',
      '|',
      '\\b',
      '\\B',
      '\\d',
      '\\w',
      '\\s',
      '\\u00',
      '\\x',
      '\\',
      '\\p{L}',
      '^',
      '$',
      '.',
      'a',
      '-',
      ',',
    ],
    longest: 200,
    run(input) {
      const regex = input.toString('utf8');
      const pattern = unlessRefused(['config-invalid'], () =>
        compileOperatorPattern({ type: 'ACME', regex, keywords: [] }),
      );
      if (pattern === undefined) return;
      let at = 0;
      const windows = [{ start: 0, end: SUBJECT.length }];
      for (const { start, end } of searchRegex(pattern.program, SUBJECT, windows)) {
        holds(start >= at && end > start && end <= SUBJECT.length, 'a match is out of order', {
          start,
          end,
        });
        at = end;
      }
    },
  },
];
