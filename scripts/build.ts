import { spawnSync } from 'node:child_process';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCli, buildMob } from './build-cli.ts';
import { buildUi } from './build-ui.ts';

// Builds what is shipped: the agent file by file, so that its plugin folders can be read; the command line in one piece, so that it starts
// quickly; the web page.

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
/** Built here and then put in place as a whole: a build that fails leaves what was there. */
const next = join(root, 'dist-next');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

await rm(next, { recursive: true, force: true });
// Types are checked by `npm run typecheck`; here that would take ten times as long as all the rest.
const options = ['-p', 'tsconfig.build.json', '--outDir', next, '--noCheck'];
const compiled = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) {
  await rm(next, { recursive: true, force: true });
  process.exit(compiled.status ?? 1);
}
await rm(join(next, 'cli'), { recursive: true });
// Health packages written in Python are run by a program of theirs.
const python = join('health', 'runner', 'runner.py');
await copyFile(join(root, 'src', python), join(next, python));
await Promise.all([buildCli(join(next, 'cli', 'main.cjs')), buildMob(join(next, 'mob')), buildUi(join(next, 'ui'))]);
await rm(dist, { recursive: true, force: true });
await rename(next, dist);
