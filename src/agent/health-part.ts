/** Wires the services of this node: who watches them, who repairs them, and what both may use. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sharedAbort } from '../base/abort.ts';
import type { Disposal } from '../base/disposal.ts';
import { CodeRunner } from '../health/code-runner.ts';
import { type Language, programFor, RUNNER_ENVIRONMENT } from '../health/programs.ts';
import type { NodeContext } from '../health/protocol.ts';
import type { RunnerSetting } from '../health/runner-process.ts';
import { WrittenRunner } from '../health/written-runner.ts';
import type { Muting } from '../model/alert.ts';
import type { ServiceStatus } from '../model/health.ts';
import type { PackObject, YamlMap } from '../model/pack.ts';
import { startLineChild } from '../net/line-child.ts';
import { HealthNews } from '../runtime/health-news.ts';
import { HealthServices } from '../runtime/health-services.ts';
import { act } from '../runtime/repair-acts.ts';
import { RepairAudit } from '../runtime/repair-audit.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Pool } from './pool.ts';
import type { StateStore } from './state-store.ts';
import type { World } from './world.ts';
import type { Written } from './written.ts';

/** Levels whose packs may bring code: what the zone says comes from other machines. */
const TRUSTED = new Set(['core', 'global', 'local']);
const EXEC_MS = 30_000;

interface HealthSetting {
  readonly world: World;
  readonly runtime: Runtime;
  readonly pool: Pool;
  readonly state: StateStore;
  /** What is known of alerts; without it nothing is ever muted. */
  readonly muting: Muting | undefined;
  /** What is in effect now. */
  written(): Written;
}

/** The services of this node, and what was done about them. */
export interface HealthPart {
  readonly services: HealthServices;
  readonly audit: RepairAudit;
  /** Takes back what was done before a restart, and begins to watch. */
  start(): Promise<void>;
}

/** Opens the services; they begin to be watched with `services.start()`. */
export function openHealth(setting: HealthSetting, opened: Disposal): HealthPart {
  const { world, runtime, state, written } = setting;
  const { clock, log, host, bus, random } = world;
  const logger = log.logger.child({ part: 'health' });
  const { mob } = written().loaded.config;
  const audit = new RepairAudit(state.shelf('repair-audit'));
  const stop = sharedAbort();
  const context = () => contextOf(setting);
  const runnerSetting = (language: Language, cwd: string): RunnerSetting => ({
    ...{ argv: programFor(language), env: RUNNER_ENVIRONMENT, cwd, clock, log: logger, launch: startLineChild },
    answers: {
      collector: (path) => collected(runtime, path),
      exec: async ([program = '', ...args]) => {
        const { exit, stdout, stderr } = await host.run({ argv: [program, ...args], timeoutMs: EXEC_MS }, stop.signal);
        return { exit, stdout, stderr };
      },
    },
  });
  const news = openNews(world, () => services.status(), opened);
  const services = new HealthServices({
    ...{
      clock,
      log: logger,
      defaultIntervalMs: mob.default_interval,
      recheck: mob.recheck,
      checks: runtime,
      shelf: state.shelf('health'),
    },
    directories: () => directoriesOf(setting),
    runnerFor(kind, { directory, service }) {
      if (kind === 'yaml') {
        return new WrittenRunner((definition, timeoutMs) =>
          runtime.judgeOnce(objectOf(service, definition, timeoutMs)),
        );
      }
      return new CodeRunner({ ...runnerSetting(kind, directory), context });
    },
    touched: () => news.touched(),
    muted: (checkId) => mutedBy(setting.muting, checkId),
    act: (deed, place) => {
      const language = place?.path.endsWith('.py') ? 'python' : 'javascript';
      const code =
        place && !/\.(?:ya?ml|json)$/.test(place.path)
          ? { place, setting: runnerSetting(language, join(place.path, '..')), context: context() }
          : undefined;
      return act(deed, { host, signal: stop.signal, code });
    },
    repairs: {
      ...{ clock, log: logger, shelf: state.shelf('repair'), node: setting.pool.self.name, breaker: mob.breaker },
      newId: () =>
        `${Math.floor(clock.wall() / 1_000).toString(36)}${Math.floor(random() * 36 ** 5)
          .toString(36)
          .padStart(5, '0')}`,
      groups: () => runtime.groups,
      holds: (expression) => holds(runtime, expression),
      nodes: () => nodesOf(setting.pool),
      audit(record) {
        audit.write(record);
        bus.emit({ type: 'repair-change', record });
      },
      tell: (problem) => bus.emit({ type: 'problem-change', problem }),
    },
  });
  opened.use(services);
  opened.defer(() => stop.abort(new Error('the agent stops')));
  opened.use(bus.on('check-done', ({ check }) => services.checkDone(check)));
  return {
    ...{ services, audit },
    async start() {
      await audit.restore();
      await services.start();
    },
  };
}

/** Tells everybody when a service is not as it was. */
function openNews({ bus, clock }: World, statuses: () => readonly ServiceStatus[], opened: Disposal): HealthNews {
  const tell = (service: string, status: ServiceStatus | null) => bus.emit({ type: 'health-change', service, status });
  const news = opened.use(new HealthNews({ clock, statuses, tell }));
  opened.use(bus.on('checks-change', () => news.checksChanged()));
  opened.use(bus.on('check-done', ({ check }) => news.checkDone(check)));
  return news;
}

function directoriesOf({ world, written }: HealthSetting): string[] {
  const { loaded, packs } = written();
  const own = loaded.config.mob.check_dir ?? join(world.home.data, 'health');
  const inUse = packs.packs.filter(({ level, overloadedBy }) => overloadedBy === null && TRUSTED.has(level));
  return [...inUse.map(({ directory }) => join(directory, 'health')), own].filter((path) => existsSync(path));
}

function contextOf({ pool, runtime, written }: HealthSetting): NodeContext {
  return { node: pool.self.name, groups: [...runtime.groups], config: written().loaded.config.variables as YamlMap };
}

/** The value at a path such as `memory.total_mb`; `undefined` when nothing was collected there. */
function collected(runtime: Runtime, path: string): unknown {
  const [name = '', ...keys] = path.split('.');
  let value: unknown = runtime.collector(name).results;
  for (const key of keys) {
    const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    value = isOwn ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

const objectOf = (service: string, definition: YamlMap, timeoutMs: number): PackObject => ({
  ...{ type: 'check', id: `health.${service}`, packName: 'health', packLevel: 'local', file: '', line: 0 },
  definition: { timeout: timeoutMs / 1_000, ...definition },
});

async function holds(runtime: Runtime, expression: string): Promise<boolean | string> {
  const outcome = await runtime.evaluate(expression);
  if (outcome.type === 'value') return outcome.truth;
  return outcome.type === 'missing' ? `${outcome.path} is missing` : outcome.message;
}

function nodesOf({ members, self }: Pool): { readonly alive: number; readonly all: number } {
  const zone = [...members.values()].filter((each) => each.zone === self.zone && each.state !== 'left');
  return { alive: zone.filter(({ state }) => state === 'alive').length, all: zone.length };
}

function mutedBy(muting: Muting | undefined, checkId: string): string {
  if (muting?.inMaintenance()) return 'the node is in maintenance';
  return muting?.isAcknowledged('check', checkId) ? 'somebody works on it' : '';
}
