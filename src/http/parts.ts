import type { z } from 'zod';
import type { Gate } from '../access/gate.ts';
import type { TokenBook } from '../access/token-book.ts';
import type { Maintenance, MuteEntry, Silence } from '../alerts/mutes/entry.ts';
import type { MaintenanceWish, SilenceWish } from '../alerts/mutes/mute-book.ts';
import type { Clock } from '../base/clock.ts';
import type { ChangeFeed } from '../kv/change-feed.ts';
import type { Acknowledgement, Alert } from '../model/alert.ts';
import type { AlertRecord } from '../model/alert-record.ts';
import type { AuditHistory } from '../model/audit.ts';
import type { CheckRecord, CheckResult, Reporting } from '../model/check.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { DashboardDefinition, DashboardRecord, DashboardView } from '../model/dashboard.ts';
import type { DetectorRecord, DetectorTrial } from '../model/detector.ts';
import type { Evaluated } from '../model/expression.ts';
import type { HandlerRecord, QueuedMessage, RouteExplanation, RouteQuestion, TestOutcome } from '../model/handler.ts';
import type {
  CheckHistory,
  CollectorHistory,
  ConfigHistory,
  GroupHistory,
  HandlerHistory,
  NodeHistory,
} from '../model/history.ts';
import type { KvStore } from '../model/kv.ts';
import type { Membership } from '../model/member.ts';
import type { Level, PackObject, PackSet, Problem, Yaml, YamlMap } from '../model/pack.ts';
import type { Inquiry, PoolActions } from '../model/pool.ts';
import type { PollsterRecord, Sample } from '../model/sample.ts';
import type { SeriesReader } from '../model/series.ts';
import type { ServiceRecord } from '../model/service.ts';
import type { StatsdReader } from '../model/statsd.ts';
import type { TextStyle } from '../plugins/function.ts';
import type { KeyDoc } from '../plugins/kinds.ts';
import type { Deed } from '../repair/repair-world.ts';
import type { HealthServices } from '../runtime/health-services.ts';
import type { RepairAudit } from '../runtime/repair-audit.ts';
import type { AccessRules } from './access.ts';
import type { BlockingReads } from './blocking.ts';
import type { Family } from './exposition.ts';
import type { PureFunctions } from './filter.ts';
import type { InsidePart } from './inside-part.ts';
import type { Reply } from './route.ts';
import type { ContainerJson, ContainerStatsJson, EngineJson, ImageJson } from './schemas/docker.ts';
import type { RepairAsked, RepairedJson } from './schemas/health.ts';
import type { EditedJson } from './schemas/packs.ts';
import type { ZoneChangedJson, ZoneJson, ZoneKeysJson } from './schemas/zones.ts';
import type { AgentFactsJson, FunctionJson, HealthJson, ReloadedJson, ReloadPreviewJson } from './schemas.ts';
import type { RenderPart } from './series-view.ts';
import type { ZoneReads } from './zone-wide.ts';

/** What collects, detects and checks, as the API sees it. */
export interface RuntimePart {
  collectors(): readonly CollectorRecord[];
  /** Throws `not_found` when there is none of that name, as running it does. */
  collector(name: string): CollectorRecord;
  runCollector(name: string): Promise<CollectorRecord>;
  detectors(): readonly DetectorRecord[];
  /** Runs one detector, or all of them. Throws `not_found` when there is none of that id. */
  runDetectors(id: string | undefined, how: { readonly isDry: boolean }): Promise<DetectorTrial>;
  checks(): readonly CheckRecord[];
  /** Throws `not_found` when there is none of that id, as running it does. */
  check(id: string): CheckRecord;
  runCheck(id: string): Promise<CheckRecord>;
  /** Takes a result that somebody else came to. Throws `not_found`, `topic_disabled`, or `bad_request`. */
  reportCheck(id: string, result: CheckResult, how?: Reporting): CheckRecord;
  /** What this node offers. */
  readonly services: { records(): readonly ServiceRecord[]; record(ref: string): ServiceRecord };
  /** The outcome of an expression, as it would be for an object of `pack` if one is named. */
  evaluate(expression: string, pack?: string, style?: TextStyle): Promise<Evaluated>;
}

/** The agent as a whole, as the API sees it. Facts are given in the form in which they are sent. */
export interface AgentPart {
  facts(): AgentFactsJson;
  health(): HealthJson;
  /** What is wrong in the configuration files and packs. */
  problems(): readonly Problem[];
  /** Reads the configuration again; with `all-or-nothing` an error anywhere leaves everything as it is. */
  reload(mode: 'leave-out' | 'all-or-nothing'): Promise<ReloadedJson>;
  /** What a reload would change, with what is wrong in the files as they stand. */
  previewReload(): Promise<ReloadPreviewJson>;
  /** What is wrong in a text, as if it stood in a file of that name of the configuration; nothing that it refers to is looked up. */
  judgePosted(posted: { readonly text: string; readonly file: string }): Promise<ReloadPreviewJson>;
  /** Begins to leave the pool and then to stop; answers at once. */
  leave(): void;
  /** Begins an orderly stop; answers at once. */
  stop(how: { readonly leave: boolean }): void;
}

/** A silence or maintenance window that was taken, changed or removed. */
export interface TakenMute {
  readonly entry: MuteEntry;
  /** How many nodes know of it, this one included. */
  readonly nodes: number;
  /** Names of living nodes that were not told; they ask when they are back. */
  readonly missed: readonly string[];
}

/** Alerts and those who are told of them, as the API sees them. */
export interface AlertingPart {
  /** Of this node: open ones; with `all` also those that ended, newest first. */
  alerts(which: 'open' | 'all'): readonly Alert[];
  /** By its id, or of the check of that id. Throws `not_found`. */
  alert(ref: string): Alert;
  /** Acknowledges an alert of any node of the zone, `null`: takes that back. Throws `not_found` or `conflict`. */
  acknowledge(ref: string, acknowledgement: Acknowledgement | null, node?: string): Promise<AlertRecord>;
  silences(): readonly Silence[];
  maintenance(): readonly Maintenance[];
  /** Whether a node is worked on, so that its services are not to be offered. */
  isDrained(nodeId: string): boolean;
  /** Is told whenever a silence or maintenance window began, changed or ended. */
  onMuteChange(listener: () => void): Disposable;
  /** How many open alerts of this node a silence is about. */
  fitting(silence: string): number;
  addSilence(wish: SilenceWish): Promise<TakenMute>;
  addMaintenance(wish: MaintenanceWish): Promise<TakenMute>;
  /** Throws `not_found`, or `conflict` when it is over. */
  remove(type: MuteEntry['type'], id: string): Promise<TakenMute>;
  handlers(): readonly HandlerRecord[];
  queue(): readonly QueuedMessage[];
  /** Sends a message that is marked as a test. Throws `not_found`. */
  testHandler(id: string): Promise<TestOutcome>;
  /** Tries again at once what failed or was given up; answers how many messages. */
  retryHandlers(): number;
  /** Who would be told. Throws `not_found`. */
  explainRoute(question: RouteQuestion): RouteExplanation;
}

/** The pollsters and their samples, as the API sees them. */
export interface PollingPart {
  records(): readonly PollsterRecord[];
  /** Of meters that fit the pattern; all without one. */
  samples(meter?: string): readonly Sample[];
  /** Throws `not_found` for a name that is not of one. */
  record(name: string): PollsterRecord;
}

/** The dashboards of the packs, as the API sees them. Throws `not_found`, or `ambiguous`, for a name that is not of one. */
export interface DashboardsPart {
  records(): readonly DashboardRecord[];
  definition(name: string): DashboardDefinition;
  view(
    name: string,
    wish: { readonly style: TextStyle; readonly charts: { readonly points: number; readonly step: number } },
  ): Promise<DashboardView>;
}

/** The zones and their keys, as the API sees them. */
export interface ZonesPart {
  list(): Promise<readonly ZoneJson[]>;
  /** Moves this node to a zone, `null`: to that of its configuration. Throws `not_found`, or `conflict` when its keys cannot be read. */
  change(zone: string | null): Promise<ZoneChangedJson>;
  /** Reads the keys of a zone again. Throws `not_found`. */
  reloadKeys(zone: string): Promise<ZoneKeysJson>;
}

/** A parameter of a pack at one level. */
interface ParameterNamed {
  readonly level: string;
  readonly pack: string;
  readonly key: string;
}

/** A setting with who says so, as it is sent. */
export interface ShownSetting {
  readonly value: unknown;
  readonly origin: string;
  readonly comments: string[];
}

/** Changes of what people wrote. Each is in effect when it resolves, and throws `not_found`, `invalid_config` or `forbidden` unwritten. */
export interface EditsPart {
  packParameter(name: ParameterNamed): Promise<{ file: string; value: unknown; comments: string[] }>;
  /** `undefined` takes it away. */
  setPackParameter(
    name: ParameterNamed,
    wanted: { readonly value: Yaml | undefined; readonly unknown: 'refuse' | 'take' },
  ): Promise<EditedJson>;
  overload(wanted: { readonly level: string; readonly pack: string; readonly to: string }): Promise<{
    dir: string;
    level: Level;
  }>;
  settings(): Promise<Iterable<readonly [string, ShownSetting]>>;
  setting(key: string): Promise<ShownSetting>;
  /** Keys of the configuration that are no settings, without secrets. */
  variables(): Record<string, unknown>;
  /** The JSON Schema of a kind of file. Throws `not_found`. */
  schema(kind: string): Promise<Record<string, unknown>>;
  setSetting(key: string, value: Yaml | undefined): Promise<EditedJson>;
  changeList(wanted: { readonly list: string; readonly item: string }, how: 'ADD' | 'REMOVE'): Promise<EditedJson>;
}

/** The containers of this node. Fails with `not_found` where no engine answers. */
export interface DockerPart {
  /** Says so when none answers. */
  engine(signal: AbortSignal): Promise<EngineJson>;
  containers(signal: AbortSignal): Promise<readonly ContainerJson[]>;
  /** By name or id. */
  container(id: string, signal: AbortSignal): Promise<ContainerJson>;
  images(signal: AbortSignal): Promise<readonly ImageJson[]>;
  /** As the collector measured it last. */
  stats(): ContainerStatsJson;
}

/** The services of this node and their repairs, as the API sees them. */
export interface HealthPart {
  readonly services: Pick<
    HealthServices,
    'names' | 'folders' | 'status' | 'checksOf' | 'actionInfo' | 'repair' | 'repairs' | 'run'
  >;
  readonly audit: Pick<RepairAudit, 'list' | 'about'>;
  /**
   * Has another node of the zone repair what it has; `undefined` when the node is this one. Without it only this node can be asked. Throws
   * `not_found` for a node that is not there.
   */
  repairAt?(node: string, asked: RepairAsked): Promise<Reply<z.output<typeof RepairedJson>>> | undefined;
  /** Counts a request for a repair. Throws `too_many_requests`. */
  takeRequest(who: string): void;
  /** The command of an action as it would be run; empty for a function. */
  commandOf(deed: Deed): readonly string[];
  /** Log files, states and repairs, as .tgz. */
  collectLogs(): Promise<Uint8Array>;
}

/** What a request defined. */
export interface Defined {
  readonly id: string;
  readonly warnings: readonly string[];
}

/** Checks, or services, that requests define. Both answer with the id, and throw `bad_request` for a name that cannot be one. */
export interface DefinitionsPart {
  /** Answers with its id, and what may not be meant so. Throws `bad_request`, `not_allowed` or `quota`, and keeps nothing then. */
  put(name: string, fields: YamlMap): Defined;
  /** Throws `not_found` for one that no request defined. */
  delete(name: string): string;
  /** All of them, as if they stood in a file. */
  objects(): readonly PackObject[];
}

/** Who may ask, and the tokens by which that is proven. */
export interface AccessPart extends AccessRules {
  readonly gate: Pick<Gate, 'passOf' | 'holds' | 'login' | 'logout' | 'ticketFor'>;
  readonly tokens: Pick<TokenBook, 'list' | 'create' | 'revoke'>;
  readonly history: AuditHistory;
}

/** Everything the API speaks for; the agent hands it in. */
export interface ApiParts {
  readonly access: AccessPart;
  /** Without it no route can be asked of the whole zone. */
  readonly zoneReads?: ZoneReads;
  readonly agent: AgentPart;
  readonly membership: Membership;
  readonly pool: PoolActions;
  /** Asks all nodes of the pool why the member of that name is as it is. */
  inquire(name: string): Promise<Inquiry>;
  readonly history: NodeHistory;
  readonly groupHistory: GroupHistory;
  readonly collectorHistory: CollectorHistory;
  readonly checkHistory: CheckHistory;
  readonly handlerHistory: HandlerHistory;
  readonly configHistory: ConfigHistory;
  /** Reads that wait for news of the pool. */
  readonly reads: BlockingReads;
  /** What expressions that choose records are made with. */
  readonly filtering: { readonly functions: PureFunctions; readonly clock: Clock };
  readonly zones: ZonesPart;
  readonly inside: InsidePart;
  readonly runtime: RuntimePart;
  readonly definitions: Readonly<Record<'check' | 'service', DefinitionsPart>>;
  readonly alerting: AlertingPart;
  readonly dashboards: DashboardsPart;
  readonly docker: DockerPart;
  readonly health: HealthPart;
  readonly polling: PollingPart;
  readonly kv: KvStore;
  /** What happens to its keys. */
  readonly changes: ChangeFeed;
  /** The time series this node keeps. */
  readonly series: SeriesReader;
  readonly statsd: StatsdReader;
  /** Series of the zone through functions, and marks on charts. */
  readonly render: RenderPart;
  /** The gossip key of ours with that fingerprint, in base64. */
  keyNamed(fingerprint: string): string | undefined;
  packs(): PackSet;
  readonly edits: EditsPart;
  /** The functions of the expression language. */
  functions(): readonly FunctionJson[];
  /** What the keys of a collector's results mean. */
  collectorKeys(name: string): readonly KeyDoc[];
  /** Counts and gauges that other parts keep of themselves. */
  metrics(): Iterable<Family>;
}
