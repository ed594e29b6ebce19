import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testWith } from '../support/services.ts';

const folder = fileURLToPath(new URL('../../packaging/systemd/', import.meta.url));
const unit = readFileSync(join(folder, 'opsbro.service'), 'utf8');
const hardened = readFileSync(join(folder, 'hardened.conf'), 'utf8');

/** A file of the unit in a folder of its own, with a program that is on every machine. */
function written(text: string): string {
  const place = mkdtempSync(join(tmpdir(), 'opsbro-unit-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const file = join(place, 'opsbro.service');
  writeFileSync(file, text.replaceAll('/usr/bin/opsbro', '/bin/true'));
  return file;
}

test.each([
  ['Type=notify'],
  ['NotifyAccess=all'],
  ['ExecReload=/bin/kill -HUP $MAINPID'],
  ['KillMode=mixed'],
  ['TimeoutStopSec=30'],
  ['Restart=on-failure'],
  ['RestartSec=2'],
  ['RuntimeDirectory=opsbro'],
  ['RuntimeDirectoryMode=0750'],
  ['StateDirectory=opsbro'],
  ['LogsDirectory=opsbro'],
  ['LimitNOFILE=65536'],
  ['OOMScoreAdjust=-500'],
  ['After=network-online.target'],
])('the unit says %s', (line) => {
  expect(unit.split('\n')).toContain(line);
});

testWith('systemd-analyze', 'systemd has nothing to say against the unit, alone or hardened', async (analyze) => {
  for (const text of [unit, unit + hardened]) {
    const file = written(text);
    const { stderr } = spawnSync(analyze, ['verify', '--man=no', file], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('opsbro'))).toEqual([]);
  }
});

testWith('systemd-analyze', 'hardened, the service is as closed as systemd calls ok', async (analyze) => {
  const { stdout } = spawnSync(analyze, ['security', '--offline=true', '--no-pager', written(unit + hardened)], {
    encoding: 'utf8',
  });
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThan(4.5);
});
