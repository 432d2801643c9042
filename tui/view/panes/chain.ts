import type { Facts } from '../../model/model.ts';
import { bytes, clock, count, span as duration } from '../../text/format.ts';
import { firstFitting, gap, type Line, span } from '../../text/line.ts';
import type { PaneRenderer, View } from '../view.ts';

const LABEL = 8;
const field = (label: string, ...rest: Line): Line => [span('label', label.padEnd(LABEL)), ...rest];

/** 5 CHAIN / AUDIT: whether everything is on record, and whether an outsider can tell. */
export const renderChain: PaneRenderer = (view, width, height) => {
  const title = '5 CHAIN / AUDIT';
  const { facts } = view.model;
  if (facts === undefined) return { title, lines: [] };
  const { chain, signer } = facts;
  const wrong = !chain.intact || signer.state === 'silent' || signer.state === 'refused';
  const essentials: readonly Line[] = [
    stateLine(view, facts, width),
    linesLine(view, facts),
    signedLine(facts, width),
    signerLine(view, facts, width),
  ];
  const more: readonly Line[] = [
    checkpointLine(facts, width),
    diskLine(facts, width),
    bundleLine(facts, view.now, width),
    papersLine(facts, width),
    field('head', span('text', chain.head.slice(0, 12))),
    keyLine(signer),
    field('made', span('text', `${count(signer.signatures)} signatures`), lastSignature(facts)),
    ...(signer.restarts > 0
      ? [field('lost', span('warn', `${signer.restarts} times since the start`))]
      : []),
    ...(signer.waiting_ms > 1000
      ? [field('waiting', span('warn', duration(signer.waiting_ms / 1000)))]
      : []),
  ];
  const lines = [...essentials, ...more.slice(0, Math.max(0, height - essentials.length))];
  return { title, lines, ...(wrong ? { tone: 'alarm' as const } : {}) };
};

function keyLine({ vkey, key_epoch }: Facts['signer']): Line {
  const key = span('text', vkey.split('+').slice(0, 2).join('+'));
  return key_epoch === 0
    ? field('key', key)
    : field('key', key, span('dim', ` epoch ${key_epoch}`));
}

function stateLine({ glyphs }: View, { chain }: Facts, width: number): Line {
  if (chain.intact) {
    const ok = span('ok', `${glyphs.ok} INTACT`);
    return firstFitting(width, [ok, span('dim', '  every line on disk')], [ok]);
  }
  return [
    span('alarm', `${glyphs.bad} BROKEN `),
    span('alarm', chain.poisoned ?? 'requests are refused'),
  ];
}

function linesLine({ model }: View, { chain }: Facts): Line {
  const per = model.pace?.perSecond ?? 0;
  const pace = per === 0 ? [] : [span('dim', `  +${per.toFixed(1)}/s`)];
  return field('lines', span('strong', count(chain.length)), ...pace);
}

/** How much of it somebody else than the daemon vouches for. */
function signedLine({ chain }: Facts, width: number): Line {
  const { signed_through: through, unsigned_tail: tail } = chain;
  if (through === null) return field('signed', span('warn', 'nothing yet'));
  const to = span('text', `to line ${count(through)}`);
  if (tail === 0) return field('signed', span('ok', 'all of it'));
  return firstFitting(
    width,
    field('signed', to, span('dim', `, ${count(tail)} to come`)),
    field('signed', to),
    field('signed', span('text', count(through))),
  );
}

function signerLine({ glyphs }: View, { signer }: Facts, width: number): Line {
  switch (signer.state) {
    case 'running': {
      const at = span('ok', `${glyphs.ok} signs`);
      const apart = signer.isolated ? 'a user of its own' : 'under the same user';
      return firstFitting(
        width,
        field('signer', at, span('dim', `  ${apart}`)),
        field('signer', at, span('dim', signer.isolated ? '  apart' : '')),
      );
    }
    case 'starting':
      return field('signer', span('warn', 'is being started'));
    case 'silent':
      return field(
        'signer',
        span('alarm', `${glyphs.bad} SILENT `),
        span('alarm', signer.reason ?? ''),
      );
    case 'refused':
      return field(
        'signer',
        span('alarm', `${glyphs.bad} REFUSED `),
        span('alarm', signer.reason ?? ''),
      );
  }
}

function checkpointLine({ chain }: Facts, width: number): Line {
  const { last_checkpoint_seq: seq, last_checkpoint_ts: ts } = chain;
  if (seq === null || ts === null)
    return field('check', span('dim', 'no checkpoint since the start'));
  return firstFitting(
    width,
    field('check', span('text', clock(ts)), span('dim', ` checkpoint, line ${count(seq)}`)),
    field('check', span('text', clock(ts))),
  );
}

function diskLine({ chain: { disk } }: Facts, width: number): Line {
  if (disk === null) return field('disk', span('dim', 'not looked at yet'));
  const size = span('text', bytes(disk.chain_bytes));
  const segments = `, ${count(disk.segments)} segment${disk.segments === 1 ? '' : 's'}`;
  return firstFitting(width, field('disk', size, span('dim', segments)), field('disk', size));
}

/** What is signed beside the chain. */
function papersLine({ chain: { disk } }: Facts, width: number): Line {
  if (disk === null) return field('papers', span('dim', '\u2013'));
  const manifests = span('text', count(disk.manifests));
  const receipts = span('text', count(disk.receipts));
  return firstFitting(
    width,
    field('papers', manifests, span('dim', ' manifests, '), receipts, span('dim', ' receipts')),
    field('papers', manifests, span('dim', ' man. '), receipts, span('dim', ' rec.')),
  );
}

/** When somebody was last given all of it. */
function bundleLine({ chain: { last_export: last } }: Facts, now: number, width: number): Line {
  if (last === null) {
    return firstFitting(
      width,
      field(
        'export',
        span('dim', 'none since the start; '),
        span('key', 'e'),
        span('dim', ' makes one'),
      ),
      field('export', span('dim', 'none yet')),
    );
  }
  const at = span('text', `${duration((now - Date.parse(last.ts)) / 1000)} ago`);
  return firstFitting(
    width,
    field('export', at, span('dim', `, ${count(last.lines)} lines`)),
    field('export', at),
  );
}

function lastSignature({ signer }: Facts): ReturnType<typeof span> {
  const { last_signature_ts: ts } = signer;
  return ts === null ? gap(0) : span('dim', `, the last ${clock(ts)}`);
}
