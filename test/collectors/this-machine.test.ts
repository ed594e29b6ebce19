import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundled } from '../support/bundled.ts';

const DIST = new URL('../../dist/', import.meta.url).href;

interface End {
  readonly state: string;
  readonly log?: string;
  readonly tree?: Readonly<Record<string, unknown>>;
}

test('on this machine, as a user without rights, no collector fails', async () => {
  // On its standard input: a user without rights may not look where the sources lie.
  const input = await bundled('run-collectors.ts');
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
