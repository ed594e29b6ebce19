import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import mongodb from '../../src/collectors/mongodb.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never } from '../support/host.ts';
import { pretendMongo } from '../support/servers/mongo.ts';
import { freePort } from '../support/servers/server.ts';

const real = systemHost(systemClock);

/** What a single server answers, but for what a test wants otherwise. */
function speaking(more: Readonly<Record<string, object>> = {}) {
  const answers: Readonly<Record<string, object>> = {
    hello: {},
    serverStatus: {
      version: '7.0.14',
      uptime: 100,
      connections: { current: 3, available: 97 },
      mem: { resident: 110, virtual: 2_600 },
      network: { bytesIn: 10, bytesOut: 20 },
      ok: 1,
    },
    listDatabases: { databases: [{ name: 'admin' }, { name: 'shop' }], ok: 1 },
    dbStats: { db: 'shop', objects: 7, dataSize: 1_024, ok: 1 },
    replSetGetStatus: { myState: 1, members: [{ _id: 0, name: 'db0:27017', state: 1, self: true }], ok: 1 },
    ...more,
  };
  return pretendMongo((name) => ({ ...(answers[name] ?? { ok: 1 }) }));
}

const at = (port: number) => ({ uri: `mongodb://127.0.0.1:${port}` });

test('a server tells of itself and of its databases', async () => {
  await using server = await speaking();
  const tree = await mongodb.configure(at(server.port))(real, never);
  expect(tree).toMatchObject({
    available: true,
    up: 1,
    version: '7.0.14',
    mem: { resident: 110 },
    dbStats: { shop: { objects: 7, dataSize: 1_024 } },
  });
  expect(tree).not.toHaveProperty('replSet');
  expect(undeclared(mongodb, tree)).toEqual([]);
});

test.each(['replicat_set', 'replica_set'])('with %s it tells of its replica set', async (option) => {
  await using server = await speaking({ hello: { setName: 'rs0' } });
  const tree = await mongodb.configure({ ...at(server.port), [option]: true })(real, never);
  expect(tree).toMatchObject({ replSet: { setName: 'rs0', isMaster: true, myState: 1, myId: 0 } });
  expect(undeclared(mongodb, tree)).toEqual([]);
});

test('what a server refuses is told in its own words', async () => {
  const refusal = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'command serverStatus requires authentication' };
  await using server = await speaking({ serverStatus: refusal });
  await expect(mongodb.configure(at(server.port))(real, never)).rejects.toMatchObject({
    name: 'CollectError',
    message: 'command serverStatus requires authentication',
    partial: { available: true, up: 1 },
  });
});

test('a server that is not there is down', async () => {
  const down = { name: 'NotAnswering', results: { available: false, up: 0 } };
  await expect(mongodb.configure({})(fakeHost(), never)).rejects.toMatchObject(down);
  await expect(mongodb.configure(at(await freePort()))(real, never)).rejects.toMatchObject(down);
});

test('without its driver it says how to get it', async () => {
  vi.doMock('mongodb', () => {
    throw new Error("Cannot find package 'mongodb'");
  });
  await expect(mongodb.configure({})(fakeHost(), never)).rejects.toMatchObject({
    name: 'NotEligible',
    message: 'the driver of MongoDB is not installed; npm install mongodb@7 where opsbro is installed',
  });
  vi.doUnmock('mongodb');
});

test('an address that the driver does not take is refused, without a word of what is in it', async () => {
  const uri = 'mongodb://u:sesame@localhost:1,localhost:2/?nonsense=true';
  const failure: unknown = await mongodb
    .configure({ uri })(fakeHost(), never)
    .catch((error: unknown) => error);
  expect(failure).toHaveProperty('message', 'the parameter uri is no address of MongoDB; write mongodb://HOST:PORT');
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('sesame');
});

test('an address that is none is refused, without a word of what is in it', () => {
  const refused = () => mongodb.configure({ uri: 'http://u:sesame@localhost' });
  expect(refused).toThrow('collector mongodb.uri: write mongodb://HOST or mongodb://HOST:PORT');
  expect(refused).not.toThrow(/sesame/);
});
