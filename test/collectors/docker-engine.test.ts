import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import docker from '../../src/collectors/docker.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { startPodman } from '../support/servers/podman.ts';
import { isRoot } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';

const TITLE = 'a real engine tells what it has';

async function tells(program: string): Promise<void> {
  await using engine = await startPodman(program);
  await engine.command('create', '--name', 'web', '--network', 'none', 'localhost/made:1', '/file');
  await using host = systemHost(systemClock);
  const tree = await docker.configure({ socket: engine.socket })(host, AbortSignal.timeout(20_000));
  expect(tree).toMatchObject({ up: 1, version: expect.stringMatching(/^\d+\./), images: 1, total: 1, running: 0 });
}

if (isRoot) testWith('podman', TITLE, tells, 60_000);
else test.skip(`${TITLE} (needs root)`, () => {});
