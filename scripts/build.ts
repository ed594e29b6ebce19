import { spawnSync } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildUi } from './build-ui.ts';

// Builds what is shipped: the agent file by file, so that its plugin folders can be read; the command line in one piece, so that it starts
// quickly; the web page.

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
/** Built here and then put in place as a whole: an agent that runs meanwhile, or a build that fails, keeps what was there. */
const next = join(root, 'dist-next');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

await rm(next, { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', next], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
await rm(join(next, 'cli'), { recursive: true });
await Promise.all([buildCli(), buildUi(join(next, 'ui'))]);
await rm(dist, { recursive: true, force: true });
await rename(next, dist);

/** The agent stays outside of the bundle: it is found beside it. */
const agentOutside: Plugin = {
  name: 'agent-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\/agent\/main\.ts$/ }, () => ({ path: '../agent/main.js', external: true }));
  },
};

async function buildCli(): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outdir: join(next, 'cli'),
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // commander is CommonJS and asks for its Node modules by `require`.
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
    plugins: [agentOutside],
    logLevel: 'warning',
  });
}
