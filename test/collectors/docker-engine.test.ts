import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import docker from '../../src/collectors/docker.ts';
import { systemHost } from '../../src/net/system-host.ts';

const SOCKETS = ['/var/run/docker.sock', '/run/podman/podman.sock'];

test.skipIf(!SOCKETS.some((socket) => existsSync(socket)))('the engine of this machine tells what it has', async () => {
  await using host = systemHost(systemClock);
  const tree = await docker.configure({})(host, AbortSignal.timeout(5_000));
  expect(tree).toMatchObject({ up: 1, version: expect.stringMatching(/^\d+\./), total: expect.any(Number) });
});
