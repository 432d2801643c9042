import { describe, expect, it } from 'vitest';
import type { ApiName } from '../../lib/providers/types.ts';
import { aws, awsPlaceholder, createContext, github, redact, redactValue } from './setup.ts';

/** A request that holds a file in base64, and the API it is for. */
type Place = readonly [name: string, api: ApiName, make: (base64: string) => unknown];

const PLACES: readonly Place[] = [
  [
    'an Anthropic document',
    'anthropic',
    (data) => ({
      messages: [{ content: [{ type: 'document', source: { type: 'base64', data } }] }],
    }),
  ],
  [
    'a document in a tool’s result',
    'anthropic',
    (data) => ({
      messages: [
        { content: [{ type: 'tool_result', content: [{ source: { type: 'base64', data } }] }] },
      ],
    }),
  ],
  [
    'a document in a batch',
    'anthropic',
    (data) => ({
      requests: [{ params: { messages: [{ content: [{ source: { data, type: 'base64' } }] }] } }],
    }),
  ],
  [
    'a chat file',
    'openai',
    (data) => ({ messages: [{ content: [{ type: 'file', file: { file_data: data } }] }] }),
  ],
  [
    'a chat file’s data URL',
    'openai',
    (data) => ({
      messages: [{ content: [{ file: { file_data: `data:text/plain;base64,${data}` } }] }],
    }),
  ],
  [
    'an input file',
    'openai',
    (data) => ({
      input: [{ type: 'message', content: [{ type: 'input_file', file_data: data }] }],
    }),
  ],
  [
    'an image that is SVG',
    'openai',
    (data) => ({
      messages: [{ content: [{ image_url: { url: `data:image/svg+xml;base64,${data}` } }] }],
    }),
  ],
  [
    'an audio input that is none',
    'openai',
    (data) => ({ messages: [{ content: [{ input_audio: { data, format: 'wav' } }] }] }),
  ],
];

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

describe.each(PLACES)('file data in %s', (_, api, make) => {
  it('is scanned decoded', () => {
    const text = `# naïve\nKEY=${aws}\n`;
    const redacted = text.replace(aws, awsPlaceholder);
    expect(redactValue(make(base64(text)), api)).toEqual(make(base64(redacted)));
  });

  it('stays as it came without a secret', () => {
    const body = JSON.stringify(make(base64('nothing here')), undefined, 2);
    expect(redact(body, 'application/json', createContext(api))).toBe(body);
  });

  it.each([
    ['binary', base64(Buffer.from([0, 1, 2, 3, 0xff, 0xfe, 7, 8]))],
    ['a ZIP container', base64('PK\u0003\u0004\0\0\0\0')],
    ['no base64', 'not base64 at all!'],
    ['cut base64', `${base64('some text')}A`],
  ])('is refused where it is %s', (_name, data) => {
    expect(() => redactValue(make(data), api)).toThrow(
      expect.objectContaining({ code: 'unscannable-body' }),
    );
  });

  it.each(['ID3 ', 'GIF89a ', '%PDF-1.4\n'])(
    'is scanned where it is text that begins %j',
    (head) => {
      expect(redactValue(make(base64(`${head}${aws}`)), api)).toEqual(
        make(base64(`${head}${awsPlaceholder}`)),
      );
    },
  );

  it('is scanned however the document is written', () => {
    const written = JSON.stringify(make(base64(aws)));
    const codes = written.replace(/"[a-z_0-9]+"/g, (word) =>
      word.replace(/[a-z]/, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
    );
    for (const body of [codes, written.replaceAll(':', `:${' '.repeat(100)}`)]) {
      // What is within the quotes of a data URL is no longer one with spaces in it.
      const text = redact(body.replace(/data: +/, 'data:'), 'application/json', createContext(api));
      expect(JSON.parse(text)).toEqual(make(base64(awsPlaceholder)));
    }
  });

  it('is scanned whatever type the body is declared as', () => {
    const body = JSON.stringify(make(base64(aws)));
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonl',
      '',
    ]) {
      expect(JSON.parse(redact(body, type, createContext(api)))).toEqual(
        make(base64(awsPlaceholder)),
      );
    }
  });

  it('is scanned behind a byte order mark', () => {
    const body = `\ufeff${JSON.stringify(make(base64(aws)))}`;
    for (const type of ['application/json', '']) {
      const text = redact(body, type, createContext(api));
      expect(text.startsWith('\ufeff{')).toBe(true);
      expect(JSON.parse(text.slice(1))).toEqual(make(base64(awsPlaceholder)));
    }
  });

  it('that is media stays, whatever it looks like', () => {
    const image = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
      Buffer.from(aws + github),
    ]);
    expect(redactValue(make(base64(image)), api)).toEqual(make(base64(image)));
  });
});

describe('a data URL', () => {
  it('is scanned however long its parameters are', () => {
    const make = (text: string): unknown => ({
      input: [
        {
          content: [
            {
              type: 'input_file',
              file_data: `data:text/plain;name=${'x'.repeat(2000)};base64,${base64(text)}`,
            },
          ],
        },
      ],
    });
    expect(redactValue(make(aws), 'openai')).toEqual(make(awsPlaceholder));
  });
});

describe('base64 that is no file data', () => {
  it.each([
    ['a data URL in a text', '![a](data:font/woff2;base64,d09GMgABAAAAA) and "base64"'],
    ['code', 'const a = Buffer.from(b, "base64"); const u = "data:x/y;base64,////";'],
    ['a whole data URL', 'data:application/zip;base64,UEsDBAAAAAA='],
  ])('is text: %s', (_, text) => {
    const body = { messages: [{ role: 'user', content: [{ type: 'text', text }] }] };
    expect(redactValue(body)).toEqual(body);
    expect(redactValue(body, 'openai')).toEqual(body);
  });

  it('in a tool’s input that looks like an image is scanned', () => {
    const make = (data: string) => ({
      messages: [{ content: [{ type: 'tool_use', input: { source: { type: 'base64', data } } }] }],
    });
    expect(redactValue(make(`iVBORw0KGgo ${aws}`))).toEqual(make(`iVBORw0KGgo ${awsPlaceholder}`));
  });
});

it('is found where its mark is written with escapes', () => {
  const make = (data: string): string =>
    `{"messages":[{"content":[{"source":{"type":"b\\u0061se64","data":"${data}"}}]}]}`;
  expect(redact(make(base64(aws)))).toBe(make(base64(awsPlaceholder)));
});

it('reads base64 whose slashes are escaped', () => {
  const text = `???>>> KEY=${aws} ???>>>`;
  const make = (data: string): string =>
    `{"messages":[{"content":[{"source":{"type":"base64","data":"${data.replaceAll('/', '\\/')}"}}]}]}`;
  expect(base64(text)).toContain('/');
  expect(JSON.parse(redact(make(base64(text))))).toEqual(
    JSON.parse(make(base64(text.replace(aws, awsPlaceholder)))),
  );
});
