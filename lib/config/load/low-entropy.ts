import { isIP } from 'node:net';

/** Names whose values are secrets even where they look like words. */
const TELLING_NAME =
  /(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|key|credentials?|auth|private)(?:[_.-]?\d+)?$/i;

/**
 * Whether a variable of an env file holds nothing worth hiding: redacting `production` wherever it
 * stands would make an agent's work impossible. In doubt a value is a secret.
 */
export function isLowEntropy(name: string, value: string): boolean {
  const text = value.trim();
  if (text.length < 8 || isAddress(text) || isPath(text)) return true;
  if (TELLING_NAME.test(name)) return false;
  return isNumber(text) || isPlainUrl(text) || isWords(text);
}

/** Numbers, versions, dates, durations and sizes. */
function isNumber(text: string): boolean {
  return /^[-+]?[\d.,:_ /TZ-]+(?:ms|[smhd%]|[kMG]i?B)?$/.test(text);
}

/** Host, host:port, or a comma-separated list of them. */
function isAddress(text: string): boolean {
  return text.split(',').every((part) => {
    const host = part.trim().replace(/:\d{1,5}$/, '');
    if (isIP(host.replace(/^\[|\]$/g, '')) !== 0 || host === 'localhost') return true;
    const labels = host.split('.');
    const top = labels.at(-1) ?? '';
    return labels.length > 1 && /^[a-z]{2,24}$/.test(top) && labels.every(isWordy);
  });
}

/** Paths have separators and readable parts; base64 with slashes has not. */
function isPath(text: string): boolean {
  if (!/^(?:\/|~\/|\.{1,2}\/|[A-Za-z]:[\\/])/.test(text)) return false;
  return text
    .split(/[\\/]/)
    .slice(1)
    .every((part) => part.length <= 2 || isWordy(part));
}

/** A query may carry a token, and user information does. */
function isPlainUrl(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username + url.password + url.search + url.hash !== '') return false;
  return url.pathname.split('/').every((part) => part.length <= 2 || isWordy(part));
}

/** A colon before anything but a number parts a user from a password. */
function isWords(text: string): boolean {
  return (
    !/:(?!\d)/.test(text) && text.split(/[ ,;:/@+]/).every((part) => part === '' || isWordy(part))
  );
}

/** Pieces between `-`, `_` and `.` that can be pronounced, or are short numbers. */
function isWordy(text: string): boolean {
  return text.split(/[-_.~]/).every((piece) => {
    if (/^\d{0,4}$/.test(piece)) return true;
    const word = /^v?([A-Z]?[a-z]+|[A-Z]+)\d{0,2}$|^\d{1,2}[a-z]$/.exec(piece);
    if (!word || piece.length > 18) return false;
    return piece.length < 5 || isPronounceable(piece.toLowerCase());
  });
}

function isPronounceable(word: string): boolean {
  const vowels = word.match(/[aeiouy]/g)?.length ?? 0;
  return vowels / word.length >= 0.2 && vowels / word.length <= 0.7 && !/[^aeiouy\d]{5}/.test(word);
}
