import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Before all tests: what is built is as new as its sources, since some tests run it as its users do. */
export default function built(): void {
  const script = fileURLToPath(new URL('../../scripts/ensure-built.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}
