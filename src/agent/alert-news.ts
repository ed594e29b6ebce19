/** Makes alerts of what happens to this node as a whole: its groups, and the health of the agent. */
import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import type { Problem } from '../model/alert.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Reason } from './health.ts';

/** So often the health is looked at. */
const LOOK_MS = 15_000;
/** What is over sooner is no alert. */
const LASTING_MS = 60_000;
const MAX_REASONS = 10;

/** What the agent says of its health. */
interface Report {
  readonly health: 'ok' | 'degraded' | 'failed';
  readonly reasons: readonly Reason[];
}

/** Tells of each group that comes or goes, until disposed of. Handlers are told that want it. */
export const tellGroups = (bus: Bus<AgentEvent>): Disposable =>
  bus.on('groups-change', ({ add, remove }) => {
    const tell = (group: string, state: 'add' | 'remove') =>
      bus.emit({ type: 'problem-change', problem: groupProblem(group, state) });
    for (const group of remove) tell(group, 'remove');
    for (const group of add) tell(group, 'add');
  });

const groupProblem = (group: string, state: 'add' | 'remove'): Problem => ({
  kind: 'group',
  name: group,
  displayName: group,
  pack: '',
  severity: state === 'add' ? 'ok' : 'warning',
  state,
  oldState: '',
  output: `The group ${group} was ${state}`,
  isOnce: true,
});

/** Tells when the agent is not well for a minute, when the reasons change, and when it is well again; until disposed of. */
export function tellHealth(bus: Bus<AgentEvent>, clock: Clock, report: () => Report): Disposable {
  let since: number | undefined;
  let told: Problem | undefined;
  return every(clock, LOOK_MS, () => {
    const now = clock.now();
    const seen = report();
    since = seen.health === 'ok' ? undefined : (since ?? now);
    if (since !== undefined && now - since < LASTING_MS) return;
    const problem = healthProblem(seen, told?.state ?? 'ok');
    if (problem.state === (told?.state ?? 'ok') && problem.output === (told?.output ?? problem.output)) return;
    told = since === undefined ? undefined : problem;
    bus.emit({ type: 'problem-change', problem });
  });
}

function healthProblem({ health, reasons }: Report, oldState: string): Problem {
  const severity = ({ ok: 'ok', degraded: 'warning', failed: 'critical' } as const)[health];
  const texts = reasons.slice(0, MAX_REASONS).map(({ part, text }) => `${part}: ${text}`);
  const output = health === 'ok' ? 'the agent is well' : `the agent is ${health}: ${texts.join('; ')}`;
  return { kind: 'agent', name: 'health', displayName: 'health', pack: '', severity, state: health, oldState, output };
}

/** Where others learn who tells of dead nodes. */
interface Teller {
  setTakesNodeAlerts(takes: boolean): void;
}

/** Tells the pool whether this node has somebody to tell of dead nodes, from now on and whenever that may have changed. */
export function announceTaking(bus: Bus<AgentEvent>, takes: () => boolean, pool: Teller): Disposable {
  const tell = () => pool.setTakesNodeAlerts(takes());
  tell();
  const listeners = [bus.on('config-change', tell), bus.on('groups-change', tell)];
  return {
    [Symbol.dispose]() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}
