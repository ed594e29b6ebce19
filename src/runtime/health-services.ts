/** The services of this node: what their health is, and how it is mended. Joins health packages, checks of the agent and repairs. */
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Place } from '../health/code-runner.ts';
import { type FolderRecord, HealthMonitor, type MonitorOptions } from '../health/monitor.ts';
import {
  actionInfo,
  findAction,
  noActionInfo,
  type Standing,
  serviceStatus,
  unknownService,
} from '../health/status.ts';
import type { CheckRecord } from '../model/check.ts';
import type { ActionInfo, HealthRecord, ServiceStatus } from '../model/health.ts';
import type { PackObject, YamlMap } from '../model/pack.ts';
import { type ActionStanding, RepairEngine, type Wish } from '../repair/engine.ts';
import { shownDefaults } from '../repair/given.ts';
import { RepairRefused } from '../repair/refusals.ts';
import type { Deed, Done, RepairWorld, Target } from '../repair/repair-world.ts';
import { rulesOf } from '../repair/rules.ts';
import { checkIdOf, checkObjectOf, checkResultOf, targetOfCheck, targetOfHealth } from './health-checks.ts';
import type { Runtime } from './runtime.ts';

/** The checks of the agent, as far as services need them. */
export type ServiceChecks = Pick<Runtime, 'checks' | 'checkDefinition' | 'runCheck' | 'reportCheck' | 'defineChecks'>;

interface HealthServicesOptions extends Omit<MonitorOptions, 'changed' | 'done'> {
  readonly checks: ServiceChecks;
  readonly repairs: Omit<RepairWorld, 'targets' | 'recheck' | 'muted' | 'act'>;
  /** Where the checks of the agent are remembered, so that their states outlive a restart. */
  readonly shelf: Shelf;
  /** Whose checks are run again after a repair. */
  readonly recheck: 'service' | 'all';
  /** Does it; `place` is where the code of a health check is. Never throws. */
  act(deed: Deed, place: Place | undefined): Promise<Done>;
  /** Is called when a service may have another status than before. */
  touched(): void;
  /** Why nothing may start by itself for the agent's check of this id; empty when it may. */
  muted(checkId: string): string;
}

/** A check of a service with all that is known of it. */
export interface ServiceCheck {
  readonly record: HealthRecord;
  /** Id of the agent's check it is. */
  readonly checkId: string;
  readonly repairs: readonly ActionStanding[];
}

const SOURCE = 'health';
const CHECKS = 'checks';

async function knownChecks(shelf: Shelf): Promise<readonly PackObject[]> {
  const known = (await shelf.load()).get(CHECKS);
  return Array.isArray(known) ? (known as readonly PackObject[]) : [];
}

/**
 * Defines the checks of health packages as they were before a restart, so that their states are not forgotten until the packages are
 * loaded; what became of them is seen at the first look.
 */
export async function defineKnownChecks(shelf: Shelf, checks: Pick<Runtime, 'defineChecks'>): Promise<void> {
  const known = await knownChecks(shelf);
  if (known.length > 0) checks.defineChecks(SOURCE, known);
}

/** The services of this node, their checks and their repairs. */
export class HealthServices implements Disposable {
  readonly #options: HealthServicesOptions;
  readonly #monitor: HealthMonitor;
  readonly repairs: RepairEngine;
  #defined = '[]';

  constructor(options: HealthServicesOptions) {
    this.#options = options;
    this.#monitor = new HealthMonitor({
      ...options,
      runnerFor: (kind, folder) => options.runnerFor(kind, folder),
      directories: () => options.directories(),
      changed: () => this.#define(),
      done: (record) => this.#report(record),
    });
    this.repairs = new RepairEngine({
      ...options.repairs,
      targets: (service) => this.#targets(service),
      recheck: (service) => this.run(options.recheck === 'all' ? undefined : service),
      act: (deed) => options.act(deed, this.#placeOf(deed.target)),
      muted: (service, check) => options.muted(this.#checkId(service, check)),
    });
  }

  /** Takes back what was done before a restart, and begins to watch. Resolves after the first look at the folders. */
  async start(): Promise<void> {
    await this.repairs.restore();
    this.#defined = JSON.stringify(await knownChecks(this.#options.shelf));
    await this.#monitor.start();
    this.#define();
  }

  /** A check of the agent was run: perhaps something is to be repaired. */
  checkDone(check: CheckRecord): void {
    const { id, service, state, hardState, hard, flapping } = check;
    if (service === '') return;
    const record = this.#monitor
      .services()
      .get(service)
      ?.find((each) => checkIdOf(each) === id);
    const target = record ? targetOfHealth(record) : targetOfCheck(check, this.#definition(id));
    const failed = (error: unknown) =>
      this.#options.log.error({ check: id, err: error }, 'a repair could not be begun');
    this.repairs.seen(target, { isHard: hard && state === hardState, isFlapping: flapping }).catch(failed);
  }

  /** Names of all services, sorted. */
  names(): string[] {
    return [...this.#standings().keys()];
  }

  folders(): readonly FolderRecord[] {
    return this.#monitor.folders();
  }

  /** The status of one service, whether it is known or not; of all when none is named. */
  status(service?: string): ServiceStatus[] {
    const standings = this.#standings();
    if (service === undefined || service === '') return [...standings].map(([name, each]) => serviceStatus(name, each));
    const known = standings.get(service);
    return [known ? serviceStatus(service, known) : unknownService(service)];
  }

  /** All checks of a service. Throws `not_found`. */
  checksOf(service: string): ServiceCheck[] {
    const targets = this.#targets(service);
    if (!targets) throw new OpsbroError('not_found', `no service is named "${service}"`);
    return targets.map((target) => ({
      record: this.#record(target),
      checkId: this.#checkId(service, target.check),
      repairs: this.repairs.standings(target),
    }));
  }

  actionInfo(wanted: { readonly service: string; readonly check: string; readonly action: string }): ActionInfo {
    const found = findAction(this.#standings(), wanted);
    if (typeof found === 'string') return noActionInfo(wanted.action, found);
    const info = actionInfo(found);
    try {
      return { ...info, kwargs: shownDefaults(rulesOf(found), info.kwargs) };
    } catch (error) {
      // It cannot be done as it is written, and nobody knows which of its defaults are secret.
      return { ...info, info: messageOf(error), kwargs: {} };
    }
  }

  /** Repairs, and answers with the status after it; what is refused changes nothing. Throws `ambiguous` alone. */
  async repair(wish: Wish): Promise<ServiceStatus> {
    try {
      await (await this.repairs.begin(wish)).end;
    } catch (error) {
      const isRefusal = error instanceof RepairRefused || (error instanceof OpsbroError && error.code === 'not_found');
      if (!isRefusal) throw error;
    }
    const [status = unknownService(wish.service)] = this.status(wish.service);
    return status;
  }

  /** Runs the checks of a service now; those of all services when none is named. Resolves when they have ended. */
  async run(service?: string): Promise<void> {
    const { checks } = this.#options;
    const own = this.#agentChecks().filter((check) => service === undefined || check.service === service);
    await Promise.all([this.#monitor.run(service), ...own.map(({ id }) => checks.runCheck(id).catch(() => {}))]);
  }

  [Symbol.dispose](): void {
    this.#monitor[Symbol.dispose]();
  }

  #define(): void {
    const records = [...this.#monitor.services().values()].flat();
    const objects = records.map((record) => {
      const { failures } = this.#monitor.find(record.service, record.name);
      return checkObjectOf(record, Math.min(failures, 100));
    });
    this.#options.touched();
    const written = JSON.stringify(objects satisfies readonly PackObject[]);
    if (written === this.#defined) return;
    this.#defined = written;
    this.#options.shelf.put(CHECKS, objects);
    this.#options.checks.defineChecks(SOURCE, objects);
  }

  #report(record: HealthRecord): void {
    this.#options.touched();
    try {
      // Its interval may be another than when it was defined.
      this.#define();
      this.#options.checks.reportCheck(checkIdOf(record), checkResultOf(record));
    } catch (error) {
      // Checks do not run yet, or not at all; the service itself stands as it stands.
      this.#options.log.debug({ check: checkIdOf(record), err: error }, 'a result was not taken');
    }
  }

  /** Checks of the agent that belong to a service and are not health checks themselves. */
  #agentChecks(): CheckRecord[] {
    return this.#options.checks.checks().filter(({ service, kind }) => service !== '' && kind !== 'mob');
  }

  #standings(): ReadonlyMap<string, readonly Standing[]> {
    const names = new Set([...this.#monitor.services().keys(), ...this.#agentChecks().map(({ service }) => service)]);
    return new Map(
      [...names].sort().map((name) => [name, (this.#targets(name) ?? []).map((each) => this.#record(each))]),
    );
  }

  #targets(service: string): (Target & { readonly description?: string })[] | undefined {
    const records = this.#monitor.services().get(service) ?? [];
    const own = this.#agentChecks().filter((check) => check.service === service);
    if (records.length + own.length === 0) return undefined;
    return [...records.map(targetOfHealth), ...own.map((check) => targetOfCheck(check, this.#definition(check.id)))];
  }

  #placeOf({ service, check }: Target): Place | undefined {
    const isHealthCheck =
      this.#monitor
        .services()
        .get(service)
        ?.some(({ name }) => name === check) ?? false;
    return isHealthCheck ? this.#monitor.find(service, check).place : undefined;
  }

  #definition(id: string): YamlMap {
    return this.#options.checks.checkDefinition(id);
  }

  #checkId(service: string, check: string): string {
    const isHealthCheck =
      this.#monitor
        .services()
        .get(service)
        ?.some(({ name }) => name === check) ?? false;
    return isHealthCheck ? checkIdOf({ service, name: check }) : check;
  }

  #record(target: Target & { readonly description?: string }): HealthRecord {
    const { service, check, outcome, code, actions, description = '' } = target;
    const known = this.#monitor
      .services()
      .get(service)
      ?.find(({ name }) => name === check);
    if (known) return { ...known, actions };
    const own = this.#agentChecks().find(({ id }) => id === check);
    return {
      ...{ service, name: check, outcome, code, description, actions, detail: '', isStale: own?.stale ?? false },
      ...{
        lastRun: own?.lastCheck ?? null,
        durationMs: own?.durationMs ?? 0,
        nextRun: own?.nextCheck ?? null,
        intervalMs: 0,
      },
    };
  }
}
