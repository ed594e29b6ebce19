import { describe, expect, test } from 'vitest';
import { firstPlace } from '../../../src/collectors/support/mongo-client.ts';
import { replicaSetTree } from '../../../src/collectors/support/mongo-replicas.ts';
import { documentTree, isSameMongo, statusTree, withRates } from '../../../src/collectors/support/mongo-tree.ts';

/** The form of serverStatus of 7.0, cut short. */
const status = (inserts: number, uptime = 100) => ({
  host: 'db1',
  version: '7.0.14',
  uptime,
  localTime: new Date(0),
  asserts: { regular: 0, warning: 0, msg: 0, user: 5, rollovers: 0 },
  connections: { current: 3, available: 51197 },
  extra_info: { note: 'fields vary by platform', page_faults: 4 },
  globalLock: { currentQueue: { total: 0, readers: 0, writers: 0 } },
  network: { bytesIn: 1_000 + inserts, bytesOut: 2_000 },
  opcounters: { insert: inserts, query: 2, update: 0, delete: 0, getmore: 0, command: 9 },
  mem: { bits: 64, resident: 110, virtual: 2_600, supported: true },
  storageEngine: { name: 'wiredTiger', persistent: true },
  $clusterTime: { _bsontype: 'Timestamp' },
  ok: 1,
});

describe('the status of a server', () => {
  test('is its own document, without what is neither number nor text', () => {
    const tree = statusTree(status(10));
    expect(tree).toMatchObject({
      version: '7.0.14',
      mem: { resident: 110, virtual: 2_600 },
      extraInfo: { page_faults: 4 },
      storageEngine: { name: 'wiredTiger' },
      localTime: '1970-01-01T00:00:00.000Z',
    });
    expect(tree).not.toHaveProperty('ok');
    expect(tree).not.toHaveProperty('$clusterTime');
  });

  test('has rates beside its counters from the second look on', () => {
    const [before, after] = [statusTree(status(10)), statusTree(status(60))];
    expect(withRates(before, undefined)).toBe(before);
    expect(withRates(after, { before, after, seconds: 20 })).toMatchObject({
      opcounters: { insert: 60, insertPS: 2.5, queryPS: 0, commandPS: 0 },
      asserts: { user: 5, userPS: 0, rolloversPS: 0 },
      network: { bytesIn: 1_060, 'bytesIn/s': 2.5, 'bytesOut/s': 0 },
      version: '7.0.14',
    });
  });

  test('of one that was started anew is another', () => {
    expect(isSameMongo(statusTree(status(1, 100)), statusTree(status(1, 110)))).toBe(true);
    expect(isSameMongo(statusTree(status(1, 100)), statusTree(status(1, 5)))).toBe(false);
  });

  test('may be strange, but makes no strange tree', () => {
    const loop: Record<string, unknown> = { number: 1 };
    loop['self'] = loop;
    expect(JSON.stringify(documentTree(loop)).length).toBeLessThan(500);
    const odd = { 'a\nb': 1, '': 2, none: null, list: [1], nan: Number.NaN, when: new Date(Number.NaN), call() {} };
    expect(documentTree(odd)).toEqual({});
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`key${at}`, at]));
    expect(Object.keys(documentTree(many))).toHaveLength(10_000);
    expect(withRates({ opcounters: 7 }, { before: {}, after: {}, seconds: 1 })).toEqual({ opcounters: 7 });
  });
});

test('a replica set tells who is what, and who is behind', () => {
  const member = (id: number, state: number, more: object) => ({ _id: id, name: `db${id}:27017`, state, ...more });
  const members = [
    member(0, 1, { self: true, optimeDate: new Date(20_000) }),
    member(1, 2, { optimeDate: new Date(17_500), lastHeartbeat: new Date(0), lastHeartbeatMessage: '' }),
    member(2, 8, { lastHeartbeatMessage: 'no route to host' }),
  ];
  expect(
    replicaSetTree({ setName: 'rs0', isWritablePrimary: true, secondary: false }, { myState: 1, members }),
  ).toEqual({
    setName: 'rs0',
    isMaster: true,
    isSecondary: false,
    isArbiter: false,
    myState: 1,
    myId: 0,
    members: {
      0: { name: 'db0:27017', state: 1, optimeDate: '1970-01-01T00:00:20.000Z', lag_s: 0 },
      1: {
        name: 'db1:27017',
        state: 2,
        optimeDate: '1970-01-01T00:00:17.500Z',
        lastHeartbeat: '1970-01-01T00:00:00.000Z',
        lag_s: 2.5,
      },
      2: { name: 'db2:27017', state: 8, error: 'no route to host' },
    },
  });
  expect(replicaSetTree({}, {})).toMatchObject({ isMaster: false, members: {} });
});

test.each([
  ['mongodb://localhost', { host: 'localhost', port: 27_017 }],
  ['mongodb://u:p%40@10.0.0.1:27018/admin?tls=true', { host: '10.0.0.1', port: 27_018 }],
  ['mongodb://[::1]:27018', { host: '::1', port: 27_018 }],
  ['mongodb://%2Ftmp%2Fmongodb-27017.sock', { socketPath: '/tmp/mongodb-27017.sock' }],
  ['mongodb://a,b:27018/?replicaSet=rs0', undefined],
  ['mongodb+srv://cluster.example.org', undefined],
])('the only server of %s is at %j', (uri, place) => {
  expect(firstPlace(uri)).toEqual(place);
});
