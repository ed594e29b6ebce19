import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentEntries, buildAgent } from './build-agent.ts';
import { buildCli, buildMob } from './build-cli.ts';
import { buildUi } from './build-ui.ts';
import { makingOf, putInPlace } from './placing.ts';

// Builds what is shipped: the agent with its plugins as files of their own, so that their folders can be read; the command line in one piece,
// so that it starts quickly; the web page. Types are checked by `npm run typecheck`.

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
/** Built here and then put in place as a whole: a build that fails leaves what was there. */
const next = await makingOf(dist);

try {
  const cli = await buildCli(join(next, 'cli', 'main.cjs'));
  await Promise.all([buildAgent(next, agentEntries(cli)), buildMob(join(next, 'mob')), buildUi(join(next, 'ui'))]);
  // Health packages written in Python are run by a program of theirs.
  const python = join('health', 'runner', 'runner.py');
  await copyFile(join(root, 'src', python), join(next, python));
} catch (error) {
  await rm(next, { recursive: true, force: true });
  throw error;
}
await putInPlace(next, dist);
