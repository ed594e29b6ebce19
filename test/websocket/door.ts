import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Bus } from '../../src/base/bus.ts';
import { silent } from '../../src/base/log.ts';
import { admitReader } from '../../src/http/door.ts';
import { filterOf } from '../../src/http/filter.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { listenHttp } from '../../src/net/http-listener.ts';
import type { CheckClient } from '../../src/websocket/admission.ts';
import { refuseRequest } from '../../src/websocket/refusal.ts';
import { Websocket, type WebsocketOptions } from '../../src/websocket/websocket.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check, member } from '../support/nodes.ts';

/** What a client was sent. */
export interface Frame {
  readonly channel: string;
  readonly index: number;
  readonly last?: boolean;
  readonly payload: Record<string, unknown>;
}

const READERS = {
  wall: { hostNames: () => [], pagePorts: () => [] },
  access: { anonymousRead: 'loopback', socketPath: '/run/opsbro.sock' },
} as const;
const readerOrAdmin: CheckClient<IncomingMessage> = (incoming) =>
  incoming.headers['x-scope'] === 'admin' ? { scope: 'admin' } : admitReader(incoming, 'tcp', READERS);
export const SELF = member('self', { name: 'node1' });

/** A door of an agent of one node, and its bus and clock. */
export async function door(over: Partial<WebsocketOptions> = {}, admit = readerOrAdmin) {
  const clock = new SimulatedClock();
  const bus = new Bus<AgentEvent>(() => {});
  const websocket = new Websocket({
    bus,
    clock,
    membership: { self: SELF, members: new Map([[SELF.id, SELF]]) },
    memberView: ({ id, state, zone, groups }) => ({ uuid: id, state, zone, groups }),
    eventView: ({ name }) => ({ type: name }),
    changeView: ({ key, op }) => ({ key, op }),
    checks: () => [check('cpu/load')],
    alerts: () => [],
    health: () => [],
    followKeys: () => ({ [Symbol.dispose]() {} }),
    followLog: () => ({ [Symbol.dispose]() {} }),
    makeFilter: (text, fields) => filterOf(text, fields, { functions: new Map(), clock }),
    version: '0.1.0',
    boot: 'b1',
    maxClients: 500,
    ...over,
  });
  const handler = {
    onRequest: refuseRequest,
    onUpgrade: websocket.door(admit, '/ws'),
  };
  const wanted = { addresses: ['127.0.0.1'] as const, port: 0, door: 'websocket', log: silent };
  const listener = await listenHttp(wanted, handler, { connectionsPerClient: 100 });
  onTestFinished(async () => {
    websocket[Symbol.dispose]();
    await listener[Symbol.asyncDispose]();
  });
  return {
    bus,
    clock,
    websocket,
    url: `ws://127.0.0.1:${listener.port}`,
    address: `http://127.0.0.1:${listener.port}`,
  };
}

/** A client that says at once that it wants what is usual, and everything it was sent so far. */
export function client(url: string, options = {}) {
  const made = silentClient(url, options);
  made.socket.on('open', () => made.socket.send('{"subscribe":[]}'));
  return made;
}

/** A client that says nothing. */
export function silentClient(url: string, options = {}) {
  const socket = new WebSocket(url, options);
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  onTestFinished(() => socket.terminate());
  const closed = new Promise<number>((resolve) => void socket.once('close', resolve));
  socket.on('error', () => {});
  return { socket, frames, closed };
}

/** Waits until the snapshot is there. */
export const settled = (frames: readonly Frame[]) => expect.poll(() => frames.some(({ last }) => last)).toBe(true);
