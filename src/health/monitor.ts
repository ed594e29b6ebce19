import type { Clock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { HealthRecord } from '../model/health.ts';
import type { HealthCheck } from './health-check.ts';
import { FolderScan } from './scan.ts';
import { type PackageWorld, ServicePackage } from './service-package.ts';

/** Folders of services are looked at so often. */
const LOOK_MS = 1_000;
/** And so often while there are none. */
const IDLE_MS = 5_000;

/** What the monitor works by. */
export interface MonitorOptions extends PackageWorld {
  readonly clock: Clock;
  /** Check directories that are there now. */
  directories(): readonly string[];
  /** Is called when there are other checks than before. */
  changed(): void;
}

/** A folder of a check directory, whether it is a service or not. */
export interface FolderRecord {
  readonly service: string;
  readonly directory: string;
  readonly isService: boolean;
  /** What is wrong with it, one sentence each. */
  readonly problems: readonly string[];
}

/** Watches the services of the check directories. */
export class HealthMonitor implements Disposable {
  readonly #options: MonitorOptions;
  readonly #scan = new FolderScan();
  readonly #packages = new Map<string, ServicePackage>();
  #folders: readonly FolderRecord[] = [];
  #timer: Disposable | undefined;
  #looking: Promise<void> | undefined;
  #isOver: boolean = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Looks at the folders, now and again and again. Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
  }

  /** Looks at the folders now. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      this.#lookAgain();
    });
    return this.#looking;
  }

  /** The services that have checks, by name in order. */
  services(): ReadonlyMap<string, readonly HealthRecord[]> {
    const named = [...this.#packages].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(named.filter(([, { checks }]) => checks.size > 0).map(([name, each]) => [name, each.records]));
  }

  folders(): readonly FolderRecord[] {
    return this.#folders;
  }

  /** Throws `not_found`. */
  find(service: string, name: string): HealthCheck {
    const known = this.#packages.get(service);
    const check = known?.checks.get(name);
    if (check) return check;
    if (known)
      throw new OpsbroError(
        'not_found',
        `${service} has no health check "${name}"${didYouMean(name, [...known.checks.keys()])}`,
      );
    throw new OpsbroError(
      'not_found',
      `no service is named "${service}"${didYouMean(service, [...this.#packages.keys()])}`,
    );
  }

  /** Runs every check of a service now; those of all services when none is named. */
  async run(service?: string): Promise<void> {
    const packages = service === undefined ? [...this.#packages.values()] : [this.#packages.get(service)];
    await Promise.all(packages.flatMap((each) => [...(each?.checks.values() ?? [])].map((check) => check.runNow())));
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
    for (const each of this.#packages.values()) each[Symbol.dispose]();
    this.#packages.clear();
  }

  #lookAgain(): void {
    if (this.#isOver) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.after(this.#folders.length > 0 ? LOOK_MS : IDLE_MS, () => void this.look());
  }

  async #look(): Promise<void> {
    const { log, changed } = this.#options;
    try {
      const found = await this.#scan.look(this.#options.directories());
      if (this.#isOver) return;
      let isOther = false;
      for (const [service, known] of [...this.#packages]) {
        if (found.has(service)) continue;
        known[Symbol.dispose]();
        this.#packages.delete(service);
        isOther = true;
      }
      // Side by side: a package that takes long to load holds up no other.
      const synced = [...found.values()].map(async (folder) => await this.#package(folder.service).sync(folder));
      if ((await Promise.all(synced)).includes(true)) isOther = true;
      this.#folders = [...found.values()].map(({ service, directory, files }) =>
        this.#record(service, directory, files.length),
      );
      if (isOther && !this.#isOver) changed();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the folders of health packages cannot be looked at');
    }
  }

  #package(service: string): ServicePackage {
    const known = this.#packages.get(service);
    if (known) return known;
    const made = new ServicePackage(service, this.#options);
    this.#packages.set(service, made);
    return made;
  }

  #record(service: string, directory: string, files: number): FolderRecord {
    const known = this.#packages.get(service);
    const isService = (known?.checks.size ?? 0) > 0;
    const problems = [...(known?.faults ?? [])].map(([path, fault]) => `${path}: ${fault}`);
    const empty = files === 0 ? 'holds no check file' : 'its files hold no check';
    return { service, directory, isService, problems: isService || problems.length > 0 ? problems : [empty] };
  }
}
