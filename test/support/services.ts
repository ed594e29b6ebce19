import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';

const { PATH = '', OPSBRO_REQUIRE_SERVICES } = process.env;
const FOLDERS = [...PATH.split(':'), '/usr/sbin', '/usr/lib/nagios/plugins'];

/** Path of a program of this machine; `undefined` when it is not there. */
export function program(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * A test that needs a program of this machine, and may take so many milliseconds. Without it the test is skipped and says so; with OPSBRO_REQUIRE_SERVICES=1 it fails.
 */
export function testWith(name: string, title: string, body: (path: string) => Promise<void>, timeout?: number): void {
  const path = program(name);
  if (path !== undefined) test(title, () => body(path), timeout);
  else if (OPSBRO_REQUIRE_SERVICES === '1') {
    test(title, () => {
      throw new Error(`${name} is not installed`);
    });
  } else test.skip(`${title} (${name} is not installed)`, () => {});
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
