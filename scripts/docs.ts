import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cliFiles } from './docs/cli.ts';
import { collectorFiles } from './docs/collectors.ts';
import { configurationFiles } from './docs/configuration.ts';
import { httpFiles } from './docs/http.ts';
import { packFiles } from './docs/packs.ts';
import type { Generator } from './docs/page.ts';
import { pluginFiles } from './docs/plugins.ts';
import { schemaFiles } from './docs/schemas.ts';

/** Everything that is made from the sources instead of being written. */
const GENERATORS: readonly Generator[] = [
  configurationFiles,
  collectorFiles,
  pluginFiles,
  packFiles,
  httpFiles,
  cliFiles,
  schemaFiles,
];

/** Writes the generated files; with `--check` only says which of them differ from the sources, and fails if any does. */
async function main(isCheck: boolean): Promise<number> {
  const files = (await Promise.all(GENERATORS.map((generate) => generate()))).flat();
  const different: string[] = [];
  for (const { path, content } of files) {
    const url = new URL(`../${path}`, import.meta.url);
    if ((await readFile(url, 'utf8').catch(() => undefined)) === content) continue;
    different.push(path);
    if (isCheck) continue;
    await mkdir(dirname(url.pathname), { recursive: true });
    await writeFile(url, content);
  }
  const done = isCheck ? 'differs from the sources; run npm run docs:' : 'written:';
  for (const path of different) process.stdout.write(`${done} ${path}\n`);
  return isCheck && different.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.includes('--check'));
