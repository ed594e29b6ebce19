import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Host } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { surveyHosting } from '../../src/plugins/hosting.ts';
import type { HostingDriver } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { fakeHost, never } from '../support/host.ts';
import { MACHINES, type Machine } from './machines.ts';

const drivers = await new Registry<HostingDriver>('hosting').addFrom(new URL('../../src/hosting/', import.meta.url));

/** A metadata service that answers what was recorded, by method, host and path, and notes what it was asked. */
async function recorded({ answers = {} }: Machine) {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const request = `${incoming.method} http://${incoming.headers.host}${incoming.url}`;
    asked.push(request);
    const found = answers[request] ?? { status: 404, text: '' };
    // Header names come in small letters; the drivers write them as the hosters do.
    const given = typeof found === 'function' ? found(asWritten(incoming.rawHeaders)) : found;
    const { status, text } = typeof given === 'string' ? { status: 200, text: given } : given;
    outgoing.writeHead(status).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { asked, port: (server.address() as AddressInfo).port };
}

const asWritten = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : [])));

/** The files of a machine, and the real way to a service, which stands where the hoster’s would. */
function hostAt({ files = {} }: Machine, port: number): Host {
  const real = systemHost(systemClock);
  onTestFinished(() => real[Symbol.asyncDispose]());
  const fetch: Host['fetch'] = (request, signal) => {
    const { host, pathname, search } = new URL(request.url);
    const headers = { Host: host, ...request.headers };
    return real.fetch({ ...request, headers, url: `http://127.0.0.1:${port}${pathname}${search}` }, signal);
  };
  return { ...fakeHost({ files }), fetch };
}

test.each(MACHINES)('%s is asked as its service wants to be asked (%#)', async (name, machine, found) => {
  const { asked, port } = await recorded(machine);
  const states = await surveyHosting(drivers, hostAt(machine, port), never);

  expect(states.find((state) => state.name === name)).toEqual({ name, isActive: true, reason: '', ...found });
  expect(asked.length).toBeLessThanOrEqual(8);
  for (const request of Object.keys(machine.answers ?? {})) expect(asked).toContain(request);
});

test('a service that says where else to ask is not followed', async () => {
  const [, { files = {} }] = MACHINES.find(([name]) => name === 'scaleway') ?? ['', {}];
  const redirecting = { files, answers: { 'GET http://169.254.42.42/conf?format=json': { status: 302, text: '' } } };
  const { asked, port } = await recorded(redirecting);
  const states = await surveyHosting(drivers, hostAt(redirecting, port), never);
  expect(states.find(({ name }) => name === 'scaleway')).toMatchObject({ reason: '169.254.42.42 answers 302' });
  expect(new Set(asked).size).toBe(1);
});
