import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src/ui/', import.meta.url));
const compress = { '.gz': promisify(gzip), '.br': promisify(brotliCompress) };

/** Builds the web page into `folder`: the shell, and assets named by their content, each also compressed. */
export async function buildUi(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [join(source, 'main.tsx'), join(source, 'style.css')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: folder,
    write: false,
    logLevel: 'warning',
  });
  const files = [...outputFiles.map(({ path, contents }) => ({ path, contents })), await file('icon.svg')];
  const names = new Map(
    await Promise.all(
      files.map(async ({ path, contents }) => [basename(path), await writeAsset(folder, path, contents)] as const),
    ),
  );
  const shell = (await readFile(join(source, 'shell.html'), 'utf8'))
    .replace('{{script}}', names.get('main.js') ?? '')
    .replace('{{style}}', names.get('style.css') ?? '')
    .replace('{{icon}}', names.get('icon.svg') ?? '');
  await writeFile(join(folder, 'index.html'), shell);
}

async function file(name: string): Promise<{ path: string; contents: Uint8Array }> {
  const path = join(source, name);
  return { path, contents: await readFile(path) };
}

/** Writes an asset and its compressed forms, and gives the address it is served under. */
async function writeAsset(folder: string, path: string, contents: Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
  const ending = extname(path);
  const name = `${basename(path, ending)}.${hash}${ending}`;
  const target = join(folder, 'assets', name);
  await writeFile(target, contents);
  for (const [suffix, packed] of Object.entries(compress)) await writeFile(target + suffix, await packed(contents));
  return `/ui/assets/${name}`;
}
