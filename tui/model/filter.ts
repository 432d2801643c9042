import type { Activity } from '../../lib/control/activities.ts';

/**
 * Which activities are shown. Words that are all to fit, in any order: `host:` `type:` `session:`
 * `agent:` `code:` `path:` take a part of the name, `dir:` takes out, in, refused (err), failed
 * (err), tunnel or notice, `n>2` `n<2` `n=2` compare the count, any other word may stand anywhere;
 * `-` before a word turns it round.
 */
export function parseFilter(text: string): (activity: Activity) => boolean {
  const tests = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-')
    .map((word) => {
      const turned = word.startsWith('-');
      const fits = wordTest(turned ? word.slice(1) : word);
      return turned ? (activity: Activity) => !fits(activity) : fits;
    });
  return (activity) => tests.every((test) => test(activity));
}

type Test = (activity: Activity) => boolean;

function wordTest(word: string): Test {
  const compared = /^n([<>=])(\d+)$/.exec(word);
  if (compared !== null) return countTest(compared[1] as string, Number(compared[2]));
  const [, field, wanted] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const read = field !== undefined && Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (read === undefined || wanted === undefined) return anywhere(word);
  return (activity) => read(activity).some((value) => value.toLowerCase().includes(wanted));
}

function countTest(sign: string, limit: number): Test {
  return ({ count = 0 }) =>
    sign === '>' ? count > limit : sign === '<' ? count < limit : count === limit;
}

const known = (value: string | undefined): readonly string[] =>
  value === undefined ? [] : [value];

const FIELDS: Readonly<Record<string, (activity: Activity) => readonly string[]>> = {
  host: ({ host }) => known(host),
  type: ({ types = [] }) => types.map(({ type }) => type),
  dir: ({ kind }) => (kind === 'refused' || kind === 'failed' ? [kind, 'err'] : [kind]),
  session: ({ session }) => known(session),
  agent: ({ agent }) => known(agent),
  code: ({ code }) => known(code),
  path: ({ path }) => known(path),
  request: ({ request }) => known(request),
};

function anywhere(word: string): Test {
  return (activity) => {
    const said = Object.values(FIELDS).flatMap((read) => read(activity));
    const clean = activity.kind === 'out' && (activity.count ?? 0) === 0 ? 'clean' : '';
    return [...said, activity.text ?? '', clean].some((text) => text.toLowerCase().includes(word));
  };
}
