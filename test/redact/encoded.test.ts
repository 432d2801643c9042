import { describe, expect, it } from 'vitest';
import { makeSecret } from '../support/secrets.ts';
import { createContext, github, placeholder, redact, remember } from './setup.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const hex = (text: string): string => Buffer.from(text).toString('hex');

const password = 'Tr0ub4dor&3-é?';

/** Redacts a tool result of a request in which a password is known; gives the result's text. */
function redactResult(text: string, type = 'GITHUB_TOKEN'): string {
  const ctx = createContext();
  remember(ctx, 'DB_PASSWORD', password);
  const message = { role: 'user', content: [{ type: 'tool_result', content: text }] };
  const sent = JSON.parse(redact(JSON.stringify({ messages: [message] }), undefined, ctx));
  const result = sent.messages[0].content[0].content as string;
  expect(result).toContain(`<pl:${type}:`);
  return result;
}

describe('everyday encodings of what a pattern recognises', () => {
  it('a Kubernetes Secret', () => {
    const manifest = (value: string): string =>
      `apiVersion: v1\ndata:\n  token: ${value}\n  user: YWRtaW4=\nkind: Secret\n`;
    const value = base64(github);
    expect(redactResult(manifest(value))).toBe(manifest(placeholder('GITHUB_TOKEN', value)));
  });

  it('a Kubernetes TLS key', () => {
    const value = base64(makeSecret('PEM_BLOCK', 4));
    const text = (shown: string): string => `{"data":{"tls.key":"${shown}"}}`;
    expect(redactResult(text(value), 'PEM_BLOCK')).toBe(text(placeholder('PEM_BLOCK', value)));
  });

  it('an Authorization field', () => {
    const value = base64(`x-access-token:${github}`);
    expect(redactResult(`> Authorization: Basic ${value}\r\n> Accept: */*`)).toBe(
      `> Authorization: Basic ${placeholder('GITHUB_TOKEN', value)}\r\n> Accept: */*`,
    );
  });

  it('a hex dump', () => {
    const value = hex(`GH=${github}\n`);
    expect(redactResult(`$ xxd -p .env\n${value}\n`)).toBe(
      `$ xxd -p .env\n${placeholder('GITHUB_TOKEN', value)}\n`,
    );
  });

  it('base64 of JSON, as it stands in a call’s arguments', () => {
    const value = base64url(JSON.stringify({ auths: { 'ghcr.io': { auth: github } } }));
    expect(redactResult(JSON.stringify({ config: value }))).toBe(
      JSON.stringify({ config: placeholder('GITHUB_TOKEN', value) }),
    );
  });

  it('base64 whose slashes are escaped', () => {
    const value = base64(`???>>>???${github}`);
    expect(value).toContain('/');
    const sent = redact(`{"a":"x ${value.replaceAll('/', '\\/')} y"}`);
    expect(sent).toBe(`{"a":"x ${placeholder('GITHUB_TOKEN', value)} y"}`);
  });

  it('a query string', () => {
    const hidden = github.replace('_', '%5F');
    const text = (shown: string): string => `curl https://h/?t=${shown}&u=a%20b`;
    expect(redactResult(text(hidden))).toBe(text(placeholder('GITHUB_TOKEN', hidden)));
  });

  it('percent-encoding of every character', () => {
    const hidden = hex(github).replace(/../g, '%$&');
    expect(redactResult(`a=${hidden}\n`)).toBe(`a=${placeholder('GITHUB_TOKEN', hidden)}\n`);
  });
});

describe('encodings of known values', () => {
  const percent = encodeURIComponent(password);
  it.each([
    ['base64', base64(password)],
    ['base64 with a byte before it', base64(`:${password}`)],
    ['base64 with two bytes before it', base64(`::${password}`)],
    ['base64 inside a longer text', base64(`postgres://app:${password}@db/app?x=1`)],
    ['base64url', base64url(`?>${password}?>`)],
    ['hex', hex(password)],
    ['upper-case hex', hex(`a${password}`).toUpperCase()],
  ])('%s', (_, value) => {
    expect(redactResult(`value: ${value}\n`, 'DB_PASSWORD')).toBe(
      `value: ${placeholder('DB_PASSWORD', value)}\n`,
    );
  });

  it.each([
    ['percent-encoding', percent],
    ['percent-encoding in lower case', percent.replace(/%../g, (code) => code.toLowerCase())],
    ['percent-encoding of every byte', hex(password).replace(/../g, '%$&')],
  ])('%s', (_, value) => {
    expect(redactResult(`?p=${value}&q=1`, 'DB_PASSWORD')).toBe(
      `?p=${placeholder('DB_PASSWORD', value)}&q=1`,
    );
  });

  it.each([
    ['base64 in base64', base64(base64(password))],
    ['base64 in a longer text in base64', base64(`{"auth":"${base64(`app:${password}`)}"}`)],
    ['hex in base64', base64(hex(password))],
    ['base64 in hex', hex(base64(password))],
  ])('%s', (_, value) => {
    expect(redactResult(`value: ${value}\n`, 'DB_PASSWORD')).toBe(
      `value: ${placeholder('DB_PASSWORD', value)}\n`,
    );
  });

  it('the login of a registry in lines of base64', () => {
    const auth = base64(`app:${password}`);
    const ctx = createContext();
    remember(ctx, 'DB_PASSWORD', password);
    for (let lead = 0; lead < 60; lead++) {
      const login = `{"auths":${' '.repeat(40 + lead)}{"auth":"${auth}"}}`;
      const lines = base64(login).match(/.{1,76}/g) ?? [];
      const sent = redact(JSON.stringify(lines.join('\n')), undefined, ctx);
      const left = lines.filter((line) => sent.includes(line)).join('');
      expect(left.length, String(lead)).toBeLessThan(base64(login).length);
      expect(Buffer.from(left, 'base64').toString(), String(lead)).not.toContain(auth.slice(6));
    }
  });

  it('lines of base64', () => {
    const long = 'correct horse battery staple '.repeat(8);
    const ctx = createContext();
    remember(ctx, 'PASSPHRASE', long);
    for (let lead = 0; lead < 60; lead++) {
      const lines = base64(`${'.'.repeat(lead)}${long}`).match(/.{1,76}/g) ?? [];
      const sent = redact(JSON.stringify(`${lines.join('\n')}\n`), undefined, ctx);
      for (const line of lines.slice(1)) expect(sent).not.toContain(line);
    }
  });

  it('what is nearly the value stays', () => {
    const ctx = createContext();
    remember(ctx, 'DB_PASSWORD', 'hunter2hunter2');
    const text = base64('hunter2hunter1');
    expect(redact(text, 'text/plain', ctx)).toBe(text);
  });
});

describe('a value in one of several long lines', () => {
  it('is replaced alone', () => {
    const ctx = createContext();
    const value = `t${'0aB1'.repeat(9)}`;
    remember(ctx, 'API_TOKEN', value);
    const text = (shown: string): string => `/v1/files/${shown}/content\nsession/1\n`;
    const sent = JSON.parse(redact(JSON.stringify({ a: text(value) }), undefined, ctx));
    expect(sent.a).toBe(text(placeholder('API_TOKEN', value)));
  });
});

it('a known value with what encodeURIComponent leaves alone', () => {
  const value = "it's (never) so ~ simple* !";
  const ctx = createContext();
  remember(ctx, 'PASSWORD', value);
  const hidden = encodeURIComponent(value);
  const text = (shown: string): string => `{"a":"curl 'https://h/?t=${shown}'"}`;
  expect(redact(text(hidden), 'application/json', ctx)).toBe(text(placeholder('PASSWORD', hidden)));
});

describe('what came back encoded', () => {
  it('keeps its placeholder whatever stands next to it', () => {
    const ctx = createContext();
    const value = base64(`user:${github}`).replace(/=+$/, '');
    const known = remember(ctx, 'GITHUB_TOKEN', value);
    for (const before of ['', 'path/', 'name_', 'x']) {
      expect(redact(`${before}${value} `, 'text/plain', ctx)).toBe(`${before}${known} `);
    }
  });
});

describe('an exemption', () => {
  it('holds for what looks encoded too', () => {
    const value = base64(`??${github}`);
    const body = JSON.stringify({
      messages: [
        { role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: value }] },
      ],
    });
    expect(redact(body)).toBe(body);
  });

  it('does not hold for a known value that is encoded', () => {
    const ctx = createContext();
    remember(ctx, 'DB_PASSWORD', password);
    const content = [{ type: 'thinking', thinking: '', signature: base64(password) }];
    const body = JSON.stringify({ messages: [{ role: 'assistant', content }] });
    expect(() => redact(body, undefined, ctx)).toThrow(
      expect.objectContaining({ code: 'secret-in-opaque-field' }),
    );
  });
});

describe('text in UTF-16 within base64', () => {
  const wide = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');

  it.each(['', '\ufeff', '\ufeff$a=1;', '#!'])('as PowerShell takes it, behind %j', (before) => {
    const value = wide(`${before}$token = "${github}"; Invoke-It`);
    expect(redactResult(`powershell -EncodedCommand ${value} -x`)).toBe(
      `powershell -EncodedCommand ${placeholder('GITHUB_TOKEN', value)} -x`,
    );
  });

  it('wherever it begins', () => {
    for (const lead of [1, 2, 3]) {
      const bytes = Buffer.concat([Buffer.alloc(lead, 1), Buffer.from(`a=${github}`, 'utf16le')]);
      const value = bytes.toString('base64');
      expect(redactResult(`x ${value}`)).toBe(`x ${placeholder('GITHUB_TOKEN', value)}`);
    }
  });

  it('a known secret', () => {
    const ctx = createContext();
    remember(ctx, 'DB_PASSWORD', 'Tr0ub4dor&3');
    const value = wide("$p = 'Tr0ub4dor&3'");
    expect(redact(`run ${value}`, 'text/plain', ctx)).toBe(
      `run ${placeholder('DB_PASSWORD', value)}`,
    );
  });
});
