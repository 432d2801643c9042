import { isGrave, standingAlarms } from '../model/alarms.ts';
import { silence } from '../model/model.ts';
import type { Ground, Role } from '../text/line.ts';
import type { View } from './view.ts';

/** The one word that says whether all is well. */
export interface Status {
  readonly word: string;
  readonly on: Ground;
  readonly role: Role;
}

export function overallStatus({ model, now, glyphs }: View): Status {
  if (model.link.kind === 'offline')
    return { word: `${glyphs.bad} OFFLINE`, on: 'alarm', role: 'alarm' };
  if (model.facts === undefined) return { word: 'CONNECTING', on: 'button', role: 'strong' };
  const silent = silence(model, now);
  if (silent !== undefined) {
    return {
      word: `${glyphs.alarm} STALE ${Math.floor(silent / 1000)}s`,
      on: 'warn',
      role: 'warn',
    };
  }
  if (model.facts.killswitch.active) {
    return { word: `${glyphs.alarm} STOPPED`, on: 'alarm', role: 'alarm' };
  }
  const alarms = standingAlarms(model);
  if (alarms.some((alarm) => isGrave(model, alarm))) {
    return { word: `${glyphs.alarm} ALARM`, on: 'alarm', role: 'alarm' };
  }
  if (alarms.length > 0) return { word: `${glyphs.alarm} ATTENTION`, on: 'warn', role: 'warn' };
  return { word: `${glyphs.ok} ALL WELL`, on: 'ok', role: 'ok' };
}
