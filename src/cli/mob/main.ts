import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentDirectory } from '../../base/current-directory.ts';
import type { GlobalOptions } from '../command.ts';
import { findAgent } from '../find-agent.ts';
import { mobmoncli } from './mobmoncli.ts';

// The command mobmoncli: small, so that it starts quickly.

const world = {
  env: process.env,
  cwd: currentDirectory(),
  uid: process.getuid?.() ?? 0,
  userHome: homedir(),
  program: join(dirname(fileURLToPath(import.meta.url)), '..', '..'),
};

const NOTHING_GIVEN: GlobalOptions = {
  ...{ home: undefined, config: undefined, socket: undefined, http: undefined, timeoutMs: undefined },
  ...{ ca: undefined, token: undefined, tokenFile: undefined },
  ...{ json: false, wait: true, local: false, quiet: false, debug: false },
};

function localSocket(): string | undefined {
  const address = findAgent(NOTHING_GIVEN, world);
  return address.kind === 'socket' && existsSync(address.path) ? address.path : undefined;
}

void mobmoncli(process.argv.slice(2), {
  env: process.env,
  localSocket,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}).then((code) => {
  process.exitCode = code;
});
