import type { CheckRecord } from '../model/check.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { DetectorRecord } from '../model/detector.ts';
import type { Evaluated } from '../model/expression.ts';
import type { KvStore } from '../model/kv.ts';
import type { Membership } from '../model/member.ts';
import type { PackSet, Problem } from '../model/pack.ts';
import type { KeyDoc } from '../plugins/kinds.ts';
import type { Family } from './exposition.ts';
import type { AgentFactsJson, FunctionJson, HealthJson, JoinedJson, ReloadedJson } from './schemas.ts';

/** What collects, detects and checks, as the API sees it. */
export interface RuntimePart {
  collectors(): readonly CollectorRecord[];
  collector(name: string): CollectorRecord | undefined;
  /** Runs it now; throws `not_found` when there is none of that name. */
  runCollector(name: string): Promise<CollectorRecord>;
  detectors(): readonly DetectorRecord[];
  checks(): readonly CheckRecord[];
  check(id: string): CheckRecord | undefined;
  /** Runs it now; throws `not_found` when there is none of that id. */
  runCheck(id: string): Promise<CheckRecord>;
  evaluate(expression: string): Promise<Evaluated>;
}

/** The agent as a whole, as the API sees it. Facts are given in the form in which they are sent. */
export interface AgentPart {
  facts(): AgentFactsJson;
  health(): HealthJson;
  /** What is wrong in the configuration files. */
  problems(): readonly Problem[];
  reload(): Promise<ReloadedJson>;
  join(seeds: readonly string[]): Promise<JoinedJson>;
  /** Begins to leave the pool and then to stop; answers at once. */
  leave(): void;
  /** Begins an orderly stop; answers at once. */
  stop(how: { readonly leave: boolean }): void;
}

/** Everything the API speaks for; the agent hands it in. */
export interface ApiParts {
  readonly agent: AgentPart;
  readonly membership: Membership;
  readonly runtime: RuntimePart;
  readonly kv: KvStore;
  packs(): PackSet;
  /** The functions of the expression language. */
  functions(): readonly FunctionJson[];
  /** What the keys of a collector's results mean. */
  collectorKeys(name: string): readonly KeyDoc[];
  /** Counts and gauges that other parts keep of themselves. */
  metrics(): Iterable<Family>;
}
