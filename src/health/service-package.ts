import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { HealthRecord } from '../model/health.ts';
import type { HealthRunner } from './code-runner.ts';
import { type CheckTerms, HealthCheck } from './health-check.ts';
import { boundedPlaces } from './places.ts';
import type { LoadedCheck } from './protocol.ts';
import type { CheckFile, FileKind, ServiceFolder } from './scan.ts';

const AT_ONCE = 8;
const TIMEOUT_MS = 30_000;

/** What a package needs of the agent. */
export interface PackageWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly defaultIntervalMs: number;
  runnerFor(kind: FileKind, folder: ServiceFolder): HealthRunner;
  done(record: HealthRecord): void;
}

interface TakenFile {
  readonly revision: string;
  /** Why this version of it cannot be used; empty when it can. */
  readonly fault: string;
  readonly checks: readonly string[];
}

/** The checks of one service, as its folder has them. */
export class ServicePackage implements Disposable {
  readonly service: string;
  readonly #world: PackageWorld;
  readonly #runners = new Map<FileKind, HealthRunner>();
  readonly #files = new Map<string, TakenFile>();
  readonly #checks = new Map<string, HealthCheck>();
  readonly #use = boundedPlaces(AT_ONCE);
  #rest: string | undefined;

  constructor(service: string, world: PackageWorld) {
    this.service = service;
    this.#world = world;
  }

  /** By name. */
  get checks(): ReadonlyMap<string, HealthCheck> {
    return this.#checks;
  }

  get records(): HealthRecord[] {
    return [...this.#checks.values()].map((check) => check.record);
  }

  /** By file, what is wrong. */
  get faults(): ReadonlyMap<string, string> {
    const broken = [...this.#files].filter(([, { fault }]) => fault !== '');
    return new Map(broken.map(([path, { fault }]) => [path, fault]));
  }

  /** Makes the checks be those of the folder. Files that did not change are left alone. Answers whether there are other checks now. */
  async sync(folder: ServiceFolder): Promise<boolean> {
    const before = [...this.#checks.keys()].join('\n');
    if (this.#rest !== undefined && this.#rest !== folder.rest) this.#renew();
    this.#rest = folder.rest;
    const present = new Set(folder.files.map(({ path }) => path));
    for (const path of [...this.#files.keys()].filter((each) => !present.has(each))) this.#forget(path);
    for (const file of folder.files) {
      if (this.#files.get(file.path)?.revision !== file.revision) await this.#take(file, folder);
    }
    return [...this.#checks.keys()].join('\n') !== before;
  }

  [Symbol.dispose](): void {
    for (const check of this.#checks.values()) check[Symbol.dispose]();
    for (const runner of this.#runners.values()) runner[Symbol.dispose]();
    this.#checks.clear();
  }

  /** What check files import changed: all of it is run again. */
  #renew(): void {
    for (const runner of this.#runners.values()) runner.renew();
    for (const [path, file] of this.#files) this.#files.set(path, { ...file, revision: '' });
  }

  #forget(path: string): void {
    const kept = this.#files.get(path);
    this.#files.delete(path);
    for (const name of kept?.checks ?? []) this.#drop(name);
    for (const runner of this.#runners.values()) runner.forget(path);
  }

  #drop(name: string): void {
    this.#checks.get(name)?.[Symbol.dispose]();
    this.#checks.delete(name);
  }

  async #take(file: CheckFile, folder: ServiceFolder): Promise<void> {
    const { path, revision, kind } = file;
    const kept = this.#files.get(path)?.checks ?? [];
    try {
      if (file.fault !== '') throw new Error(file.fault);
      const runner = this.#runner(kind, folder);
      const loaded = await runner.load(path, revision);
      for (const name of kept) if (!loaded.some((check) => check.name === name)) this.#drop(name);
      for (const check of loaded) this.#place(path, check, runner);
      this.#files.set(path, { revision, fault: '', checks: loaded.map(({ name }) => name) });
    } catch (error) {
      const fault = messageOf(error);
      this.#world.log.warn({ service: this.service, file: path, reason: fault }, 'a check file cannot be used');
      this.#files.set(path, { revision, fault, checks: kept });
      for (const name of kept) this.#markStale(name);
    }
  }

  #markStale(name: string): void {
    const check = this.#checks.get(name);
    if (check) check.isStale = true;
  }

  #runner(kind: FileKind, folder: ServiceFolder): HealthRunner {
    const known = this.#runners.get(kind);
    if (known) return known;
    const runner = this.#world.runnerFor(kind, folder);
    this.#runners.set(kind, runner);
    return runner;
  }

  #place(path: string, loaded: LoadedCheck, runner: HealthRunner): void {
    const known = this.#checks.get(loaded.name);
    const terms = this.#termsOf(loaded);
    if (known?.place.path === path) {
      known.renew(runner, terms);
      return;
    }
    if (known) {
      const reason = `${loaded.name} is a check of ${known.place.path} already`;
      this.#world.log.warn({ service: this.service, file: path, reason }, 'a check is left out');
      return;
    }
    const { clock, done } = this.#world;
    const where = { service: this.service, place: { path, name: loaded.name } };
    const check = new HealthCheck(where, runner, terms, { clock, use: this.#use, done });
    this.#checks.set(loaded.name, check);
    check.runSoon();
  }

  #termsOf({ interval, timeout, failures }: LoadedCheck): CheckTerms {
    return {
      intervalMs: interval === null ? this.#world.defaultIntervalMs : interval * 1_000,
      timeoutMs: timeout === null ? TIMEOUT_MS : timeout * 1_000,
      failures: failures === null ? 1 : Math.ceil(failures),
    };
  }
}
