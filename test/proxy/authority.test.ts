import { describe, expect, it } from 'vitest';
import { parseAuthority } from '../../lib/proxy/authority.ts';

describe('parseAuthority', () => {
  it.each([
    ['api.anthropic.com:443', 'api.anthropic.com', 443],
    ['API.Anthropic.COM:8443', 'api.anthropic.com', 8443],
    ['localhost:65535', 'localhost', 65_535],
    [`${'a'.repeat(63)}.example:1`, `${'a'.repeat(63)}.example`, 1],
    // Property names of plain objects are host names like any other.
    ['constructor:443', 'constructor', 443],
  ])('takes %s', (target, host, port) => {
    expect(parseAuthority(target)).toEqual({ host, port });
  });

  it.each([
    'api.anthropic.com',
    'api.anthropic.com:',
    'api.anthropic.com:0',
    'api.anthropic.com:0443',
    'api.anthropic.com:65536',
    'api.anthropic.com:443 ',
    'api.anthropic.com:443/path',
    'user@api.anthropic.com:443',
    'https://api.anthropic.com:443',
    '../../pwned:443',
    '-a.example:443',
    'a-.example:443',
    'a..example:443',
    '.example:443',
    'example.:443',
    `${'a'.repeat(64)}.example:443`,
    `${'a.'.repeat(130)}example:443`,
    '127.0.0.1:443',
    '0x7f.1:443',
    '2130706433:443',
    '[::1]:443',
    '::1:443',
    '__proto__:443',
    'bücher.example:443',
    'a\r\nb:443',
    '',
  ])('refuses %j', (target) => {
    expect(parseAuthority(target)).toBeUndefined();
  });
});
