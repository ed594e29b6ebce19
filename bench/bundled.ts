import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

// What runs the benches gives every closure a name, which costs more than many a closure does: what is to be as fast as what is shipped is
// built as that is.

const options = (path: string) =>
  ({
    entryPoints: [fileURLToPath(new URL(`../${path}`, import.meta.url))],
    bundle: true,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  }) as const satisfies BuildOptions;

/** Imports a module, given by its path below the checkout, in the form in which it is shipped. It may use no package written in CommonJS. */
export async function bundled<M>(path: string): Promise<M> {
  const { outputFiles } = await build({ ...options(path), write: false });
  const text = outputFiles.map(({ contents }) => Buffer.from(contents).toString('base64')).join('');
  return (await import(`data:text/javascript;base64,${text}`)) as M;
}

/** Writes a program in the form in which it is shipped into a folder of the checkout, where it finds its packages; answers its path. */
export async function bundledProgram(path: string): Promise<string> {
  const outfile = fileURLToPath(new URL(`../dist/bench/${path.replace(/\.ts$/, '.mjs')}`, import.meta.url));
  await build({ ...options(path), outfile, packages: 'external' });
  return outfile;
}
