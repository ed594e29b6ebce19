import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A program of this folder in the form in which the agent is shipped; its packages are found from where it is put. */
export async function bundled(file: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return Buffer.concat(outputFiles.map(({ contents }) => contents));
}
