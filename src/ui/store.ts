import type {
  AlertRecord,
  CheckRecord,
  CheckState,
  Frame,
  NodeRecord,
  RepairRecord,
  ServiceStatus,
} from './records.ts';

/** What the page knows. Records that did not change keep their identity, so that only what changed is drawn again. */
export interface View {
  /** The node that serves the page. */
  readonly self: { readonly name: string; readonly uuid: string; readonly version: string };
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  /** Checks by node id, then by name. */
  readonly checks: ReadonlyMap<string, ReadonlyMap<string, CheckRecord>>;
  /** Services of the node that serves the page, by name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /** Open alerts of the node that serves the page, by id. */
  readonly alerts: ReadonlyMap<string, AlertRecord>;
  /** What was repaired and refused lately, newest first. */
  readonly repairs: readonly RepairRecord[];
  /** A whole snapshot has arrived. */
  readonly isComplete: boolean;
  /** What has arrived of a snapshot that will take the place of all this. */
  readonly arriving?: View | undefined;
  /** Agent's clock minus browser's, milliseconds. */
  readonly clockOffset: number;
}

export const emptyView: View = {
  self: { name: '', uuid: '', version: '' },
  nodes: new Map(),
  checks: new Map(),
  services: new Map(),
  alerts: new Map(),
  repairs: [],
  isComplete: false,
  clockOffset: 0,
};

/** The view after a frame that arrived at `now` of the browser's clock. */
export function afterFrame(view: View, frame: Frame, now: number): View {
  switch (frame.channel) {
    case 'hello':
      return { ...view, self: selfOf(frame.payload), clockOffset: frame.ts - now, arriving: undefined };
    case 'snapshot': {
      const { self, repairs, clockOffset } = view;
      const arriving = withSnapshot(view.arriving ?? { ...emptyView, self, repairs, clockOffset }, frame.payload);
      return frame.last ? { ...arriving, isComplete: true } : { ...view, arriving };
    }
    case 'gossip':
      return afterNodeChange(view, frame.payload);
    case 'checks':
      return { ...view, checks: withCheck(view.checks, frame.payload) };
    case 'groups':
      return withGroups(view, frame.payload);
    case 'health':
      return { ...view, services: withService(view.services, frame.payload) };
    case 'alerts':
      return { ...view, alerts: withAlert(view.alerts, frame.payload.alert) };
    case 'repairs':
      return withRepairs(view, [frame.payload]);
    default:
      return view;
  }
}

const selfOf = ({ node, uuid, version }: Extract<Frame, { channel: 'hello' }>['payload']): View['self'] => ({
  name: node,
  uuid,
  version,
});

function withSnapshot(
  view: View,
  { members, groups, checks, health = {}, alerts = {} }: Extract<Frame, { channel: 'snapshot' }>['payload'],
): View {
  const nodes = new Map(view.nodes);
  for (const [uuid, member] of Object.entries(members)) nodes.set(uuid, { groups: [], ...member });
  for (const [uuid, names] of Object.entries(groups)) {
    const known = nodes.get(uuid);
    if (known) nodes.set(uuid, { ...known, groups: names });
  }
  const services = Object.values(health).reduce(withService, view.services);
  const all = Object.values(checks).flatMap((ofNode) => Object.values(ofNode));
  const open = Object.values(alerts).reduce(withAlert, view.alerts);
  return { ...view, nodes, checks: all.reduce(withCheck, view.checks), services, alerts: open };
}

function afterNodeChange(view: View, change: Extract<Frame, { channel: 'gossip' }>['payload']): View {
  if ('name' in change) {
    const nodes = new Map(view.nodes).set(change.uuid, change);
    return { ...view, nodes, checks: withoutVanished(view.checks, change.uuid, change.checks) };
  }
  const nodes = new Map(view.nodes);
  const checks = new Map(view.checks);
  nodes.delete(change.uuid);
  checks.delete(change.uuid);
  return { ...view, nodes, checks };
}

/** Checks go without a frame of their own: those that a node no longer names are gone. */
function withoutVanished(
  checks: View['checks'],
  uuid: string,
  named: Readonly<Record<string, unknown>>,
): View['checks'] {
  const known = checks.get(uuid);
  if (!known || [...known.keys()].every((name) => name in named)) return checks;
  return new Map(checks).set(uuid, new Map([...known].filter(([name]) => name in named)));
}

function withCheck(checks: View['checks'], check: CheckRecord): View['checks'] {
  return new Map(checks).set(check.node, new Map(checks.get(check.node)).set(check.name, check));
}

function withGroups(view: View, { node, add, remove }: Extract<Frame, { channel: 'groups' }>['payload']): View {
  const known = view.nodes.get(node);
  if (!known) return view;
  const groups = [...new Set([...known.groups, ...add])].filter((group) => !remove.includes(group)).sort();
  return { ...view, nodes: new Map(view.nodes).set(node, { ...known, groups }) };
}

type HealthChange = Extract<Frame, { channel: 'health' }>['payload'];

function withService(services: View['services'], change: HealthChange): View['services'] {
  const next = new Map(services);
  if (change.health === null) next.delete(change.service);
  else next.set(change.service, change);
  return next;
}

function withAlert(alerts: View['alerts'], alert: AlertRecord): View['alerts'] {
  const next = new Map(alerts);
  if (alert.status === 'resolved' || alert.status === 'closed') next.delete(alert.id);
  else next.set(alert.id, alert);
  return next;
}

const REPAIRS_KEPT = 100;
const keyOf = ({ id, event, at }: RepairRecord): string => `${id} ${event} ${at}`;

/** The view with further lines of the history, oldest first, which may be known already. */
export function withRepairs(view: View, records: readonly RepairRecord[]): View {
  const known = new Map([...view.repairs.toReversed(), ...records].map((record) => [keyOf(record), record]));
  // What began and ended in one millisecond stays in the order in which it was told.
  const newest = [...known.values()].toReversed().sort((a, b) => b.at - a.at);
  return { ...view, repairs: newest.slice(0, REPAIRS_KEPT) };
}

/** All services by name. */
export const servicesOf = ({ services }: View): ServiceStatus[] =>
  [...services.values()].sort((a, b) => a.service.localeCompare(b.service));

/** The last line of the history that is about a service. */
export const lastRepairOf = ({ repairs }: View, service: string): RepairRecord | undefined =>
  repairs.find((record) => record.service === service);

/** How a service stands in a word: with health it may have checks that could be better. */
export const healthOf = ({ health, healthchecks }: ServiceStatus): 'healthy' | 'could be better' | 'unhealthy' => {
  if (!health) return 'unhealthy';
  return healthchecks.length === 0 ? 'healthy' : 'could be better';
};

/** Worst first. */
export const CHECK_ORDER: readonly CheckState[] = ['critical', 'unknown', 'warning', 'pending', 'ok'];

/** How many checks are in each state, of one node or of all. */
export function countChecks(checks: Iterable<CheckRecord>): ReadonlyMap<CheckState, number> {
  const counts = new Map<CheckState, number>();
  for (const { state } of checks) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** Every check that wants attention, the worst first, then by node and name. */
export function problemsOf(view: View): CheckRecord[] {
  const all = [...view.checks.values()].flatMap((checks) => [...checks.values()]);
  const nodeName = (id: string) => view.nodes.get(id)?.name ?? id;
  return all
    .filter(({ state, node }) => state !== 'ok' && state !== 'pending' && view.nodes.get(node)?.state === 'alive')
    .sort(
      (a, b) =>
        CHECK_ORDER.indexOf(a.state) - CHECK_ORDER.indexOf(b.state) ||
        nodeName(a.node).localeCompare(nodeName(b.node)) ||
        a.name.localeCompare(b.name),
    );
}

/** The open alerts, the worst first, then by age. */
export const alertsOf = ({ alerts }: View): AlertRecord[] =>
  [...alerts.values()].sort(
    (a, b) => CHECK_ORDER.indexOf(a.severity) - CHECK_ORDER.indexOf(b.severity) || a.started - b.started,
  );

/** Why nobody is told of an alert, or not again. */
export const marksOf = ({ status, acked, silenced, maintenance, suppressed_by, flapping }: AlertRecord): string[] => [
  ...(acked ? [`acknowledged by ${acked.by || 'somebody'}${acked.comment && `: ${acked.comment}`}`] : []),
  ...(silenced.length > 0 ? ['silenced'] : []),
  ...(maintenance === null ? [] : ['maintenance']),
  ...(suppressed_by.length > 0 ? [`suppressed by ${suppressed_by.join(', ')}`] : []),
  ...(status === 'pending' && suppressed_by.length === 0 ? ['not told yet'] : []),
  ...(flapping ? ['flapping'] : []),
];

/** What should be known of a node beside its state. */
export const troublesOf = ({ flapping, reachable, udp_blocked }: NodeRecord): readonly string[] => [
  ...(flapping ? ['flapping'] : []),
  ...(reachable ? [] : ['unreachable']),
  ...(udp_blocked ? ['udp blocked'] : []),
];

/** The nodes whose name, address, state, zone or groups hold every word of `search`, by name. */
export function nodesMatching(view: View, search: string): NodeRecord[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return [...view.nodes.values()]
    .filter((node) => {
      const { name, display_name, addr, state, zone, groups } = node;
      const text = [name, display_name, addr, state, zone, ...troublesOf(node), ...groups].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** `3 min` and the like. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
