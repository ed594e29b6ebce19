import { UsageError } from './failure.ts';

/** The parts of `LEVEL.PACK.KEY`; names of packs and keys may hold dots, so the longest known pack counts. */
export function parameterName(written: string, packs: Iterable<string>): { level: string; pack: string; key: string } {
  const { level, pack: rest } = packName(written);
  const known = [...packs].filter((name) => rest.startsWith(`${name}.`)).sort((a, b) => b.length - a.length);
  const pack = known[0] ?? rest.split('.', 1)[0] ?? '';
  const key = rest.slice(pack.length + 1);
  if (key === '') throw new UsageError(`"${written}" names no parameter; write LEVEL.PACK.KEY`);
  return { level, pack, key };
}

/** The parts of `LEVEL.NAME`. */
export function packName(written: string): { level: string; pack: string } {
  const [, level, pack] = /^([^.]+)\.(.+)$/.exec(written) ?? [];
  if (level === undefined || pack === undefined) {
    throw new UsageError(`"${written}" names no pack of a level; write LEVEL.NAME, such as global.linux`);
  }
  return { level, pack };
}
