import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { CodeRunner } from '../../src/health/code-runner.ts';
import { HealthMonitor } from '../../src/health/monitor.ts';
import { programFor, RUNNER_ENVIRONMENT } from '../../src/health/programs.ts';
import { serviceStatus } from '../../src/health/status.ts';
import { WrittenRunner } from '../../src/health/written-runner.ts';
import type { CheckResult } from '../../src/model/check.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { startLineChild } from '../../src/net/line-child.ts';
import { tempDirectory } from '../support/temp.ts';

/** A check of JavaScript that answers so, and offers no action. */
export const checkClass = (name: string, answer: string, extra = ''): string =>
  `exports.${name} = class ${name} {\n${extra}\nCheck() { ${answer} }\nDiagnose(code) { return ['Code ' + code + '.', []]; }\n};\n`;

/** Packages in a directory of their own, and who watches them by the real clock and real processes. */
export function watchedPackages(judge: (definition: YamlMap) => CheckResult = () => ({ state: 'ok', output: '' })) {
  const directory = tempDirectory();
  const printed: string[] = [];
  const monitor = new HealthMonitor({
    clock: systemClock,
    log: silent,
    defaultIntervalMs: 30_000,
    directories: () => [directory.path],
    changed: () => {},
    done: () => {},
    runnerFor(kind, folder) {
      if (kind === 'yaml') return new WrittenRunner(async (definition) => judge(definition));
      return new CodeRunner({
        argv: programFor(kind),
        env: RUNNER_ENVIRONMENT,
        cwd: folder.directory,
        clock: systemClock,
        log: silent,
        answers: {
          collector: (path) => `value of ${path}`,
          exec: async (argv) => ({ exit: 0, stdout: argv.join(' '), stderr: '' }),
        },
        context: () => ({ node: 'web1', groups: ['linux'], config: { color: 'blue' } }),
        launch: startLineChild,
      });
    },
  });
  return {
    path: directory.path,
    monitor,
    printed,
    write(file: string, text: string): void {
      const path = join(directory.path, file);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    },
    remove: (file: string) => rmSync(join(directory.path, file), { recursive: true, force: true }),
    /** The statuses of all services, once no check is still to have its first result. */
    async settled() {
      const checks = () => [...monitor.services().values()].flat();
      await vi.waitFor(() => {
        if (checks().some(({ outcome }) => outcome === 'pending')) throw new Error('still pending');
      }, 15_000);
      return Object.fromEntries([...monitor.services()].map(([name, records]) => [name, serviceStatus(name, records)]));
    },
    [Symbol.dispose]() {
      monitor[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
}
