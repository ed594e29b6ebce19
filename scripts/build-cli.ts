import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What the command line takes of the agent stays outside of the bundle: it is found beside it, file by file. */
const agentOutside: Plugin = {
  name: 'agent-outside',
  setup({ onResolve }) {
    onResolve({ filter: /(?:^|\/)\.\.\/agent\/[a-z-]+\.ts$/ }, ({ path }) => ({
      path: `../agent/${basename(path, '.ts')}.js`,
      external: true,
    }));
  },
};

/**
 * Bundles the command line into one file; answers with what went into it. CommonJS, as that starts 15 ms sooner than modules; commands are
 * still only run through when they are asked for.
 */
export async function buildCli(file: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    minify: true,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    // Said once for the whole file, and not again for each of hundreds.
    tsconfigRaw: { compilerOptions: { alwaysStrict: false, verbatimModuleSyntax: true } },
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: '"use strict";const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
    plugins: [agentOutside],
    // Only commands that watch, or ask for names, need them.
    external: ['ws', 'dns2'],
    logLevel: 'warning',
  });
  return metafile;
}

/**
 * Bundles what clients of Mob* Monitor use into a folder: the command `mobmoncli.cjs`, apart from the command line so that it starts at once,
 * and the client for programs, `rpc.js`.
 */
export async function buildMob(folder: string): Promise<void> {
  const common = { bundle: true, minify: true, platform: 'node', target: 'node20', logLevel: 'warning' } as const;
  const source = (name: string) => fileURLToPath(new URL(`../src/cli/mob/${name}.ts`, import.meta.url));
  await build({
    ...common,
    entryPoints: [source('main')],
    outfile: `${folder}/mobmoncli.cjs`,
    format: 'cjs',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
  });
  await build({ ...common, entryPoints: [source('executor')], outfile: `${folder}/rpc.js`, format: 'esm' });
}
