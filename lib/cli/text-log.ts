import type { Homes, LogLevel } from '../config/types.ts';
import { agentFiles } from '../ops/agent-files.ts';
import { describeFault } from '../ops/describe-fault.ts';
import { operateKillSwitch } from '../ops/operate-killswitch.ts';
import type { DaemonLog } from './daemon-log.ts';
import { introduction } from './introduction.ts';
import { renderSources } from './killswitch.ts';
import { isWritten } from './log-levels.ts';
import { print, say } from './output.ts';
import { renderRequest } from './request-line.ts';
import { harmless, paintFor } from './style.ts';

/** For a person at a terminal: a line a request on stdout, all else on stderr. */
export function openTextLog(homes: Homes, initial: LogLevel): DaemonLog {
  const paint = paintFor(process.stdout);
  let level = initial;
  return {
    async started(address) {
      print(introduction({ ...(await agentFiles(homes)), listen: address }, paint));
      const { sources } = await operateKillSwitch(homes, 'status', undefined);
      if (sources.length > 0) say(renderSources(sources, paintFor(process.stderr)));
    },
    request(line) {
      if (isWritten('info', level)) print(renderRequest(line, paint));
    },
    notice(notice) {
      if (isWritten(notice.level, level)) say(`waterwall: ${harmless(notice.text)}`);
    },
    fault(error) {
      const { code, message } = describeFault(error);
      if (isWritten('error', level)) say(`waterwall: ${code}: ${harmless(message)}`);
    },
    stopping() {
      if (process.stderr.isTTY) say('finishing what is under way; once more stops at once');
    },
    stopped() {},
    setLevel(next) {
      level = next;
    },
  };
}
