/**
 * Tells all its clients the same as fast as they take it, for so many seconds after each SIGUSR2: `server.ts (agent|ws) SECONDS`; prints its
 * port. `agent` is the door of the agent over a bus of its own, so that writing each frame counts too; `ws` sends one finished text.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { eventJson } from '../../src/http/pool-records.ts';
import { memberJson } from '../../src/http/records.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member } from '../../src/model/member.ts';
import { Websocket } from '../../src/websocket/websocket.ts';

const SIZE = 300;
/** Bytes that wait for one client before the next round waits for it. */
const BLOCKED = 262_144;
/** Frames of one turn, shared by the clients. */
const FRAMES = 200;

const [kind = 'agent', seconds = '2'] = process.argv.slice(2);
const wires = new Set<Duplex>();
const http = createServer();
const tell = kind === 'ws' ? plainBroadcast() : agentBroadcast();

/** As the library's documentation shows it. */
function plainBroadcast(): () => void {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (incoming, socket, head) => {
    server.handleUpgrade(incoming, socket, head, (client) => {
      client.on('error', () => {});
      server.emit('connection', client, incoming);
    });
  });
  const message = Buffer.from(JSON.stringify({ t: 1, d: 'x'.repeat(SIZE - 13) }));
  return () => {
    for (const client of server.clients) client.send(message, { binary: false });
  };
}

function agentBroadcast(): () => void {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const self: Member = {
    ...{ id: 'node', name: 'node', displayName: '', kind: 'opsbro', state: 'alive', settled: 'alive', flapping: false },
    ...{
      reachable: true,
      udpBlocked: false,
      leaving: false,
      address: '127.0.0.1',
      port: 6768,
      incarnation: 1,
      zone: 'lan',
    },
    ...{ isProxy: false, groups: [], checks: new Map(), services: new Map(), tags: new Map(), version: '1', since: 0 },
  };
  const websocket = new Websocket({
    ...{ bus, clock: systemClock, version: '1', boot: 'b', maxClients: 2_000, makeFilter: () => () => true },
    ...{ membership: { self, members: new Map([[self.id, self]]) }, memberView: memberJson, eventView: eventJson },
    ...{
      changeView: () => ({}),
      checks: () => [],
      alerts: () => [],
      health: () => [],
      followKeys: () => ({ [Symbol.dispose]() {} }),
      followLog: () => ({ [Symbol.dispose]() {} }),
    },
  });
  http.on(
    'upgrade',
    websocket.door(() => ({ scope: 'read' })),
  );
  const payload = new TextEncoder().encode('x'.repeat(40));
  return () => {
    const event = { name: 'deploy', payload, lTime: 1, heard: systemClock.wall(), replayed: false };
    bus.emit({ type: 'user-event', event });
  };
}

function run(): void {
  const end = performance.now() + 1_000 * Number(seconds);
  const step = () => {
    if (performance.now() > end) return;
    for (let left = Math.max(1, Math.floor(FRAMES / wires.size)); left > 0; left -= 1) tell();
    const isBlocked = [...wires].some(({ writableLength }) => writableLength > BLOCKED);
    if (isBlocked) setTimeout(step, 1);
    else setImmediate(step);
  };
  step();
}

http.on('upgrade', (_incoming, socket) => {
  wires.add(socket);
  socket.once('close', () => wires.delete(socket));
});
process.on('SIGUSR2', run);
http.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, () => {
  process.stdout.write(`${(http.address() as AddressInfo).port}\n`);
});
