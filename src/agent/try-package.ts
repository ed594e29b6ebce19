/** Tries a health package without an agent: loads it and runs each of its checks once. */
import { basename, dirname, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { silent } from '../base/log.ts';
import { CodeRunner } from '../health/code-runner.ts';
import { programFor, RUNNER_ENVIRONMENT } from '../health/programs.ts';
import { FolderScan } from '../health/scan.ts';
import { ServicePackage } from '../health/service-package.ts';
import { WrittenRunner } from '../health/written-runner.ts';
import type { HealthRecord } from '../model/health.ts';
import { startLineChild } from '../net/line-child.ts';

const INTERVAL_MS = 30_000;

/** What became of a package that was tried. */
export interface TriedPackage {
  readonly service: string;
  readonly checks: readonly HealthRecord[];
  /** By file, what is wrong. */
  readonly faults: ReadonlyMap<string, string>;
}

/** Loads the package of a folder and runs each check once; collectors and expressions have nothing to tell. Throws `not_found`. */
export async function tryPackage(directory: string): Promise<TriedPackage> {
  const path = resolve(directory);
  const service = basename(path);
  const folder = (await new FolderScan().look([dirname(path)])).get(service);
  if (!folder) throw new OpsbroError('not_found', `${path} is no folder of a service`);
  using tried = new ServicePackage(service, {
    ...{ clock: systemClock, log: silent, defaultIntervalMs: INTERVAL_MS, done: () => {} },
    runnerFor(kind) {
      if (kind === 'yaml')
        return new WrittenRunner(async () => ({ state: 'unknown', output: 'only an agent can run this' }));
      return new CodeRunner({
        ...{ argv: programFor(kind), env: RUNNER_ENVIRONMENT, cwd: path, clock: systemClock, log: silent },
        answers: { collector: () => undefined, exec: () => Promise.reject(new Error('only an agent runs commands')) },
        context: () => ({ node: 'test', groups: [], config: {} }),
        launch: startLineChild,
      });
    },
  });
  await tried.sync(folder);
  await Promise.all([...tried.checks.values()].map((check) => check.run()));
  return { service, checks: tried.records, faults: tried.faults };
}
