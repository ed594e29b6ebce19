import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Mutes } from '../model/alert.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Member } from '../model/member.ts';
import type { Host } from '../net/host.ts';
import type { FunctionPlugin } from '../plugins/function.ts';
import type { Check, Collector, Detector, Handler, Pollster } from '../plugins/kinds.ts';
import type { Registry } from '../plugins/registry.ts';
import type { ZoneDesk } from './alerting.ts';
import type { KeptNumbers } from './chart-past.ts';
import type { Configuration } from './configuration.ts';

/** What the runtime is made of; all of it belongs to the caller. */
export interface RuntimeOptions {
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
  readonly plugins: {
    readonly collectors: Registry<Collector>;
    readonly pollsters?: Registry<Pollster>;
    readonly detectors: Registry<Detector>;
    readonly checks: Registry<Check>;
    readonly handlers: Registry<Handler>;
    readonly functions: Iterable<FunctionPlugin>;
  };
  readonly node: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
    readonly address: string;
    readonly zone: string;
    /** Version of the agent; left out where nobody is told of it. */
    readonly version?: string;
    /** Names of the hosting drivers that recognised this machine. */
    readonly hostingDrivers: ReadonlySet<string>;
  };
  /** Where results, groups and states outlive the process. */
  readonly shelves: {
    readonly collectors: Shelf;
    readonly checks: Shelf;
    readonly groups: Shelf;
    /** Alerts, and who was told of them. */
    readonly alerts: Shelf;
    /** Messages that did not arrive yet. */
    readonly messages: Shelf;
    /** Without it services begin anew. */
    readonly services?: Shelf;
  };
  readonly configuration: Configuration;
  /** Milliseconds that lie at least between the starts of two collectors; 50 when left out, less for their first runs. */
  readonly startGapMs?: number;
  /** Silences and maintenance windows; without it nothing is muted. */
  readonly mutes?: Mutes;
  /** The nodes of the zone that put alerts of several nodes together; without it each node tells of its own. */
  readonly gathering?: ZoneDesk;
  /** What charts show of the past; without it they begin with the present. */
  readonly kept?: KeptNumbers;
  /** Every known member of the pool by id, as it is now. */
  members(): ReadonlyMap<string, Member>;
  /** Whether an event of this type was heard lately. */
  hasEvent(type: string): boolean;
}
