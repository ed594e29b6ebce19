import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Builds only when a source is newer than what was built from it. Plain JavaScript, so that the usual case costs nothing.

const root = fileURLToPath(new URL('../', import.meta.url));
const SOURCES = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'scripts'];

/** Time of the last change of a file, or of anything in a folder. */
function changed(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name))));
}

// The page is written last, so all of a build that ended is older than it.
const built = Math.min(changed(join(root, 'dist/cli/main.cjs')), changed(join(root, 'dist/ui/index.html')));
if (Math.max(...SOURCES.map((name) => changed(join(root, name)))) > built) {
  const build = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')], {
    cwd: root,
    // Nothing is written outside of this directory.
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    stdio: 'inherit',
  });
  process.exit(build.status ?? 1);
}
