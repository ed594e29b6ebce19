import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { numberIn } from '../base/numbers.ts';
import type { Host } from '../net/host.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

const TOOL = 'vmware-toolbox-cmd';
const LIMIT_MS = 2_000;

export default defineCollector({
  name: 'vmwareperformances',
  description: 'What VMware gives this guest, as its tools tell.',
  intervalMs: 60_000,
  pack: 'vmware',
  options: z.object({}),
  keys: [
    { key: 'vmware_tools_available', kind: 'gauge', unit: '', meaning: 'Is always true.' },
    { key: 'cpu.effective_cpu_mhz', kind: 'gauge', unit: 'MHz', meaning: 'Clock of the processors of the host.' },
    { key: 'memory.ballooned', kind: 'gauge', unit: 'MB', meaning: 'Memory that the host has taken back.' },
    { key: 'memory.swapped', kind: 'gauge', unit: 'MB', meaning: 'Memory that the host has put into its swap space.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const speed = await stat('speed', host, signal);
    const [ballooned, swapped] = [await stat('balloon', host, signal), await stat('swap', host, signal)];
    return {
      vmware_tools_available: true,
      cpu: known({ effective_cpu_mhz: speed }),
      memory: known({ ballooned, swapped }),
    };
  },
});

/** The number of an answer such as `2600 MHz`; `undefined` when the tool does not know. */
async function stat(what: string, host: Host, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { stdout, exit } = await host.run({ argv: [TOOL, 'stat', what], timeoutMs: LIMIT_MS }, signal);
    return exit === 0 ? numberIn(stdout.trim().split(/\s+/)[0]) : undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'EACCES') throw new NotEligible(`this system has no ${TOOL}`);
    throw error;
  }
}
