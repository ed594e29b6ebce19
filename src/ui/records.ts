/** What the agent tells the page, as it stands in the frames of its websocket. */

export type NodeState = 'alive' | 'suspect' | 'dead' | 'left';
export type CheckState = 'ok' | 'warning' | 'critical' | 'unknown' | 'pending';

export interface NodeRecord {
  readonly uuid: string;
  readonly name: string;
  readonly display_name: string;
  readonly addr: string;
  readonly port: number;
  readonly state: NodeState;
  readonly groups: readonly string[];
  readonly zone: string;
  readonly kind: 'opsbro' | 'serf';
  /** It comes and goes all the time. */
  readonly flapping: boolean;
  /** False while the link to its zone is down. */
  readonly reachable: boolean;
  /** It answers over TCP only. */
  readonly udp_blocked: boolean;
  /** Epoch milliseconds of the last change of state. */
  readonly since: number;
}

export interface CheckRecord {
  /** Id of the node it runs on. */
  readonly node: string;
  readonly name: string;
  readonly state: CheckState;
  readonly hard: boolean;
  readonly output: string;
}

/** A check of a service that is not perfect; with health it could only be better. */
export interface HealthCheck {
  readonly name: string;
  readonly health: boolean;
  readonly description: string;
  /** Names of what may be done about it. */
  readonly actions: readonly string[];
}

/** A service of the node that serves the page. */
export interface ServiceStatus {
  readonly service: string;
  readonly health: boolean;
  /** Those that are not perfect. */
  readonly healthchecks: readonly HealthCheck[];
}

/** A problem that people are told of, or would be if nothing kept them from it. */
export interface AlertRecord {
  readonly id: string;
  readonly kind: string;
  readonly node: { readonly uuid: string; readonly name: string };
  readonly name: string;
  readonly display_name: string;
  readonly severity: CheckState;
  readonly state: string;
  readonly status: 'pending' | 'firing' | 'resolved' | 'closed';
  readonly output: string;
  /** Epoch seconds. */
  readonly started: number;
  readonly acked: { readonly by: string; readonly comment: string } | null;
  /** Ids of the silences that keep it quiet. */
  readonly silenced: readonly string[];
  readonly maintenance: string | null;
  /** What it depends on and is broken. */
  readonly suppressed_by: readonly string[];
  readonly flapping: boolean;
}

/** A line of the history of repairs. */
export interface RepairRecord {
  readonly id: string;
  readonly event: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly service: string;
  readonly check: string;
  readonly action: string;
  readonly who: string;
  readonly reason: string;
  readonly fixed: boolean | null;
  readonly output: string;
}

/** Where an action of a check stands. */
export interface ActionStanding {
  readonly action: string;
  readonly state: string;
  readonly attempts: number;
  readonly max_attempts: number;
  /** Seconds until it may start again. */
  readonly retry_after: number;
}

/** A parameter of an action. */
export interface ActionParameter {
  readonly name: string;
  readonly type: 'text' | 'int' | 'bool' | 'choice';
  readonly required: boolean;
  readonly default: unknown;
  readonly choices: readonly string[];
  readonly pattern: string | null;
  readonly secret: boolean;
}

/** What an action does and takes. */
export interface ActionOffer {
  readonly healthcheck: string;
  readonly action: string;
  readonly info: string | null;
  readonly params: readonly ActionParameter[];
  readonly requires_confirmation: boolean;
}

/** Why a node is as it is, as the agent answers. */
export interface Explanation {
  readonly summary: string;
  readonly evidence: readonly {
    /** Epoch milliseconds. */
    readonly at: number;
    readonly kind: string;
    readonly by: string;
    readonly detail: Readonly<Record<string, string | number>>;
  }[];
}

interface Envelope<Channel extends string, Payload> {
  readonly channel: Channel;
  readonly index: number;
  /** The agent's clock, epoch milliseconds. */
  readonly ts: number;
  readonly payload: Payload;
}

interface Hello {
  /** Differs at each start of the agent. */
  readonly boot: string;
  readonly version: string;
  readonly node: string;
  readonly uuid: string;
}

/** A part of everything; groups and checks stand beside the nodes, by node id, as a node may be too large for one frame. */
interface Snapshot {
  readonly members: Readonly<Record<string, Omit<NodeRecord, 'groups'>>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly checks: Readonly<Record<string, Readonly<Record<string, CheckRecord>>>>;
  /** By name. */
  readonly health?: Readonly<Record<string, ServiceStatus>>;
  /** The open ones of the node that serves the page, by id. */
  readonly alerts?: Readonly<Record<string, AlertRecord>>;
}

/** A node as it is now; `checks` names all it has. */
type NodeNews = NodeRecord & {
  readonly type: `gossip::${string}`;
  readonly checks: Readonly<Record<string, unknown>>;
};

export type NodeChange = NodeNews | { readonly type: 'gossip::reaped'; readonly uuid: string };

export type Frame =
  | Envelope<'hello', Hello>
  | (Envelope<'snapshot', Snapshot> & { readonly last?: boolean })
  | Envelope<'gossip', NodeChange>
  | Envelope<'checks', CheckRecord>
  | Envelope<'groups', { readonly node: string; readonly add: readonly string[]; readonly remove: readonly string[] }>
  | Envelope<'health', ServiceStatus | { readonly service: string; readonly health: null }>
  | Envelope<'alerts', { readonly alert: AlertRecord }>
  | Envelope<'repairs', RepairRecord>
  | Envelope<'pong' | 'error', unknown>;

/** Who looks at the page, as the agent sees them. */
export interface Who {
  readonly name: string | null;
  /** `null`: they may not even read. */
  readonly scope: 'read' | 'write' | 'repair' | 'admin' | null;
  readonly by: 'socket' | 'token' | 'login' | 'address';
}
