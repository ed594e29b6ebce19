import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('../collectors/', import.meta.url);
const FILE = /^(.+?)(?<!\.d)\.[jt]s$/;

/** What every file of a probe has in it, also when it was built and its imports are called otherwise. */
const PROBE = /\bmeasurement:\s*["']maas_/;

/** Names of the collectors that are probes as well, which their files say; none of them is loaded for it. */
export async function probeNames(): Promise<string[]> {
  const names = await Promise.all(
    (await readdir(FOLDER)).map(async (file) => {
      const name = FILE.exec(file)?.[1];
      if (name === undefined) return [];
      const source = await readFile(new URL(file, FOLDER), 'utf8');
      return PROBE.test(source) ? [name.replaceAll('-', '_')] : [];
    }),
  );
  return names.flat().sort();
}
