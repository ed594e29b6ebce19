import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/simulation/script.ts';
import { SerfModel } from '../../support/simulation/serf-model.ts';
import { Simulation } from '../../support/simulation.ts';

const NO_PAYLOAD = new Uint8Array();

/** A pool of ours, `n0`, `n1`, ..., and of modelled Serf agents, `s0`, `s1`, ...; all have joined. */
function mixed(seed: number, ours: number, theirs: number) {
  const pool = new Simulation({ seed });
  const models = new Map<string, SerfModel>();
  const names = pool.addPool(ours);
  for (let place = 0; place < theirs; place += 1) {
    const name = `s${place}`;
    pool.add(name, {
      machine: (at) => {
        const model = new SerfModel({ name, ...at, seed: 100 * seed + place });
        models.set(name, model);
        return model;
      },
    });
    pool.join(name, 'n0');
    names.push(name);
  }
  eventually(pool, 60_000, 'all see all', () => pool.allSee(names, 'alive'));
  const complaints = () => [...models].flatMap(([name, model]) => model.complaints.map((text) => `${name}: ${text}`));
  return { pool, models, names, complaints };
}

test.each([1, 2, 3])(
  'ours and Serf agents, where one in ten datagrams is lost, see the same and hear all events, and no agent complains; seed %i',
  (seed) => {
    const { pool, models, names, complaints } = mixed(seed, 5, 5);
    const heard = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
    pool.noticed = (by, effect) => effect.type === 'event' && heard.get(by)?.add(effect.name);
    pool.loss = 0.1;
    pool.say('n1', 'checks', { 'core/load': 'critical' });
    for (let place = 0; place < 10; place += 1) {
      const by = names[place] ?? '';
      pool.give(by, { type: 'tellEvent', name: `by-${by}`, payload: NO_PAYLOAD });
      pool.run(500);
    }
    pool.run(20_000);
    const ours = names.filter((name) => name.startsWith('n'));
    for (const name of ours) expect(heard.get(name)?.size, name).toBe(names.length);
    for (const model of models.values()) expect(new Set(model.heard).size).toBe(names.length);
    for (const by of ours) expect(pool.core(by).record('id-n1').checks.entries.has('core/load')).toBe(true);

    pool.kill('n4');
    pool.kill('s4');
    eventually(pool, 60_000, 'all see both deaths', () => pool.allSee(['n4', 's4'], 'dead'));
    pool.restart('n4', { disk: 'kept' });
    pool.join('n4', 'n0');
    eventually(pool, 60_000, 'all see it again', () => pool.allSee(['n4'], 'alive'));
    const living = names.filter((name) => name !== 's4');
    eventually(pool, 60_000, 'all who live see who lives', () => pool.allSee(living, 'alive'));
    expect(complaints()).toEqual([]);
  },
);

test('an agent lets a member of ours move that tells it before it joins', () => {
  const { pool, names, complaints } = mixed(4, 3, 3);
  pool.kill('n2');
  pool.restart('n2', { disk: 'kept', elsewhere: true });
  pool.run(1_000);
  pool.join('n2', 'n0');
  const { port } = pool.core('n2').self;
  const isThere = () => names.every((by) => pool.machine(by).nodes.get('n2')?.port === port);
  eventually(pool, 10_000, 'all see it at its new place', () => isThere() && pool.allSee(['n2'], 'alive'));
  expect(complaints()).toEqual([]);
});

describe('the model of a Serf agent', () => {
  const model = () => {
    const serf = new SerfModel({ name: 's', address: '10.0.0.1', port: 1, seed: 1 });
    serf.start(0);
    return serf;
  };
  const from = { address: '10.0.0.2', port: 2 };
  const alive = { kind: 'alive', node: 'n', ...from, incarnation: 1, meta: NO_PAYLOAD } as const;
  const versions = [1, 5, 2, 2, 5, 5] as const;

  test('dies of a short list of versions', () => {
    const short = { ...alive, versions: [1, 5] as unknown as typeof versions };
    expect(() => model().step({ type: 'packet', from, messages: [short] }, 1)).toThrow('panic');
  });

  test('complains of our own messages, of pings for others, and of the dead at new places until it has dropped them', () => {
    const serf = model();
    const dead = { kind: 'dead', node: 'n', incarnation: 1, from: 'x' } as const;
    const moved = { ...alive, versions, port: 3, incarnation: 2 };
    const own = {
      kind: 'own',
      boot: NO_PAYLOAD,
      counter: 1,
      ownKind: 1,
      body: NO_PAYLOAD,
      sender: 'n',
      version: 1,
    } as const;
    const messages = [{ ...alive, versions }, dead, moved, own, { kind: 'ping', seqNo: 1, node: 'other' } as const];
    serf.step({ type: 'packet', from, messages }, 1);
    expect(serf.complaints).toEqual([
      'conflicting address for n',
      'received message of unknown type: 200, from n',
      'got ping for unexpected node other',
    ]);
    for (let now = 1; now < 40_000; now = serf.wakeAt ?? now) serf.step({ type: 'wake' }, now);
    serf.step({ type: 'packet', from, messages: [moved] }, 40_000);
    expect([serf.nodes.get('n')?.port, serf.complaints.length]).toEqual([3, 3]);
  });
});
