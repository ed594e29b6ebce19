import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** Folders whose files are found by reading them: each file stays a file, under its name. */
const PLUGIN_FOLDERS = [
  'checks',
  'collectors',
  'detectors',
  'functions',
  'handlers',
  'hosting',
  'kv/engines',
  'pollsters',
] as const;

/** What is started, or handed to a thread, by the path of its file. */
const BY_PATH = [
  'agent/judge.ts',
  'health/runner/main.ts',
  'net/thread-entry.ts',
  'plugins/pack-api.ts',
  'templates/render.ts',
] as const;

/** Packages that every start needs and that are many small files: they become part of the agent. All others stay where npm puts them. */
const WITHIN = /^(?:@hono\/node-server|hono|jsep|yaml|zod)(?:\/|$)/;

const packages: Plugin = {
  name: 'packages',
  setup({ onResolve }) {
    onResolve({ filter: /^yaml$/ }, () => ({
      path: fileURLToPath(new URL('../node_modules/yaml/browser/index.js', import.meta.url)),
    }));
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || WITHIN.test(path) ? undefined : { path, external: true },
    );
  },
};

const filesIn = (folder: string): string[] =>
  readdirSync(join(src, folder))
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .map((file) => `${folder}/${file}`);

/** Which parts of the agent a bundle of the command line takes from beside it, such as `agent/main.ts`. */
export function agentEntries({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const paths = imports.flatMap(({ path, external }) =>
    external === true && path.startsWith('../agent/')
      ? [`agent/${path.slice('../agent/'.length).replace(/js$/, 'ts')}`]
      : [],
  );
  return [...new Set(paths)].sort();
}

/**
 * Bundles the agent into a folder. What is found by its path keeps it; everything else goes into pieces that these share, in `chunks`: as
 * deep below the folder as the sources that ask for their neighbours by `new URL('../FOLDER/', import.meta.url)`. A thousand small modules
 * took a third of the time of a start.
 */
export async function buildAgent(folder: string, entries: readonly string[]): Promise<void> {
  await build({
    entryPoints: [...entries, ...BY_PATH, ...PLUGIN_FOLDERS.flatMap(filesIn)].map((path) => join(src, path)),
    outdir: folder,
    outbase: src,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [packages],
    logLevel: 'warning',
  });
}
