import type { RequestLine } from '../proxy/observer.ts';
import { harmless, type Paint } from './style.ts';

/** `12:00:01 api.anthropic.com POST /v1/messages 200 redacted JWT_TOKEN×2 restored 1 812 ms` */
export function renderRequest(line: RequestLine, paint: Paint): string {
  const replaced = Object.entries(line.redactions).map(([type, count]) =>
    paint('yellow', count === 1 ? type : `${type}×${count}`),
  );
  return [
    paint('dim', timeOf(line.ts)),
    harmless(line.host),
    `${harmless(line.method)} ${harmless(shorten(line.path))}`,
    paint(line.status >= 400 || line.status === 0 ? 'red' : 'green', String(line.status || '---')),
    ...(replaced.length === 0 ? [] : [`redacted ${replaced.join(' ')}`]),
    ...(line.restored === 0 ? [] : [paint('cyan', `restored ${line.restored}`)]),
    paint('dim', `${Math.round(line.ms)} ms`),
  ].join('  ');
}

/** Local wall-clock time: whoever watches looks at a clock on the same wall. */
function timeOf(ts: string): string {
  const date = new Date(ts);
  const two = (part: number): string => String(part).padStart(2, '0');
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Without its query, which says nothing here and may be long. */
function shorten(path: string): string {
  const bare = path.split('?')[0] ?? '';
  return bare.length > 60 ? `${bare.slice(0, 59)}…` : bare;
}
