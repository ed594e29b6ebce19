import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Imports a module of `src` in the form in which it is shipped: what runs the benches gives every closure a name, which costs more than many
 * a closure does.
 */
export async function bundled<M>(path: string): Promise<M> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${path}`, import.meta.url))],
    bundle: true,
    write: false,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const text = outputFiles.map(({ contents }) => Buffer.from(contents).toString('base64')).join('');
  return (await import(`data:text/javascript;base64,${text}`)) as M;
}
