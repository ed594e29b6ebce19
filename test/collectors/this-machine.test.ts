import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../support/run-collectors.ts', import.meta.url));
const DIST = new URL('../../dist/', import.meta.url).href;

/** The script in the form in which the agent is shipped: a user without rights may not look where what runs tests lies. */
async function bundled(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [SCRIPT],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return Buffer.concat(outputFiles.map(({ contents }) => contents));
}

interface End {
  readonly state: string;
  readonly log?: string;
  readonly tree?: Readonly<Record<string, unknown>>;
}

test('on this machine, as a user without rights, no collector fails', async () => {
  const input = await bundled();
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-', DIST], {
    input,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(stderr).toBe('');
  const ends = new Map(Object.entries(JSON.parse(stdout) as Readonly<Record<string, End>>));
  const failed = [...ends].filter(([, { state }]) => state !== 'ok' && state !== 'NotEligible');
  expect(failed).toEqual([]);
  for (const [name, { state, log }] of ends) if (state === 'NotEligible') expect(log, name).toMatch(/\S/);

  expect(ends.get('cpustats')?.tree?.['cpu_all']).toHaveProperty('%idle');
  expect(ends.get('memory')?.tree).toHaveProperty('phys_used');
  expect(ends.get('openports')?.tree).toHaveProperty('ports');
  expect(JSON.stringify(ends.get('openports')?.tree)).not.toContain('"pid"');
  if (existsSync('/sys/block/vda') || existsSync('/sys/block/sda') || existsSync('/sys/block/nvme0n1')) {
    const disks = Object.values(ends.get('iostats')?.tree ?? {});
    expect(disks.length).toBeGreaterThan(0);
    for (const disk of disks) expect(disk).toHaveProperty('read_bytes/s');
  }
}, 30_000);
