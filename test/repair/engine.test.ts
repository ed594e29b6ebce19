import { expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import type { Problem } from '../../src/model/alert.ts';
import type { ActionDoc, HealthOutcome } from '../../src/model/health.ts';
import type { Yaml, YamlMap } from '../../src/model/pack.ts';
import type { RepairRecord } from '../../src/model/repair.ts';
import { RepairEngine, type Wish } from '../../src/repair/engine.ts';
import type { Done, RepairWorld } from '../../src/repair/repair-world.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

const HARD = { isHard: true, isFlapping: false };

function action(name: string, options: YamlMap = {}): ActionDoc {
  const params = Object.keys((options['params'] ?? {}) as object);
  const parameters = params.map((each) => ({ name: each, isRequired: false, defaultValue: null }));
  return { name, info: null, parameters, takesRest: false, takesAnyName: false, options };
}

/** A service with one check, Key, and everything that repairs touch. */
function house(actions: readonly ActionDoc[], extra: Partial<RepairWorld> = {}) {
  const clock = new SimulatedClock();
  const state = {
    outcome: 'unhealthy' as HealthOutcome,
    heals: true,
    done: { exit: 0, output: 'did it', isOk: true } as Done,
  };
  const [audit, told, acts, shelf] = [[] as RepairRecord[], [] as Problem[], [] as string[], memoryShelf()];
  let ids = 0;
  const target = () => ({
    service: 'svc',
    check: 'Key',
    outcome: state.outcome,
    code: -1,
    actions: state.outcome === 'healthy' ? [] : actions,
  });
  const world: RepairWorld = {
    ...{ clock, log: silent, shelf, node: 'web1', breaker: 5 },
    newId: () => `r${++ids}`,
    targets: (service) => (service === 'svc' ? [target()] : undefined),
    recheck: async () => {},
    act: async ({ action: { name } }) => {
      acts.push(name);
      if (state.heals) state.outcome = 'healthy';
      return state.done;
    },
    groups: () => new Set(['linux']),
    holds: async () => true,
    muted: () => '',
    nodes: () => ({ alive: 1, all: 1 }),
    audit: (record) => void audit.push(record),
    tell: (problem) => void told.push(problem),
    ...extra,
  };
  const engine = new RepairEngine(world);
  const wish = (name: string, more: Partial<Wish> = {}): Wish => ({
    service: 'svc',
    action: name,
    who: 'me',
    args: [],
    kwargs: new Map<string, Yaml>(),
    ...more,
  });
  return {
    ...{ clock, state, audit, told, acts, shelf, engine, world, target, wish },
    events: () => audit.map(({ event }) => event),
    /** Asks for it and waits for its end; what it is refused with, if so. */
    async ask(name: string, more: Partial<Wish> = {}): Promise<RepairRecord | string> {
      try {
        return await (await engine.begin(wish(name, more))).end;
      } catch (error) {
        return (error as Error).message;
      }
    },
    seen: (result: typeof HARD = HARD) => engine.seen(target(), result),
  };
}

test('what heals the check is a repair, written down with how it was before and after', async () => {
  const { ask, audit } = house([action('Fix')]);
  expect(await ask('Fix')).toMatchObject({ event: 'end', isFixed: true, exit: 0 });
  expect(
    audit.map(({ id, event, before, after, attempt, maxAttempts, who }) => [
      id,
      event,
      before,
      after,
      attempt,
      maxAttempts,
      who,
    ]),
  ).toEqual([
    ['r1', 'start', 'unhealthy', null, 1, 3, 'me'],
    ['r1', 'end', 'unhealthy', 'healthy', 1, 3, 'me'],
  ]);
});

test('whatever it exits with, it failed while the check stays bad', async () => {
  const { ask, state } = house([action('Fix')]);
  state.heals = false;
  expect(await ask('Fix')).toMatchObject({ isFixed: false, after: 'unhealthy', exit: 0 });
});

test('the cool-down says when, and three attempts are all, told once', async () => {
  const { ask, state, clock, audit, told } = house([action('Fix')]);
  state.heals = false;
  await ask('Fix');
  clock.run(10_000);
  expect(await ask('Fix')).toBe('not repaired: it was started too short a time ago; again in 290 s');
  expect(audit.at(-1)).toMatchObject({ event: 'refusal', who: 'me' });
  clock.run(290_000);
  await ask('Fix');
  clock.run(300_000);
  expect(await ask('Fix')).toMatchObject({ attempt: 3 });
  clock.run(300_000);
  expect(await ask('Fix')).toContain('3 of 3 attempts are used up');
  expect(told).toMatchObject([{ kind: 'repair', state: 'exhausted', name: 'svc/Key/Fix' }]);
  clock.run(3_600_000);
  await ask('Fix');
  expect(told).toHaveLength(1);
});

test('healthy for five minutes, it has all its attempts again', async () => {
  const { ask, seen, state, clock, engine, target } = house([action('Fix')]);
  await ask('Fix');
  await seen();
  clock.run(300_000);
  await seen();
  state.outcome = 'unhealthy';
  expect(engine.standings(target())).toMatchObject([{ attempts: 0, state: 'idle', retryAfterMs: 0 }]);
});

test('what cannot be asked for is not done', async () => {
  const { ask, acts, events, state } = house([action('Fix', { params: { path: { secret: true } } })]);
  expect(await ask('Fix', { service: 'nope' })).toBe('no service is named "nope"');
  expect(events()).toEqual([]);
  expect(await ask('Fixx')).toBe('not repaired: Fixx is not offered now; did you mean "Fix"?');
  expect(await ask('Fix', { check: 'Kay' })).toContain('svc has no check "Kay"; did you mean "Key"?');
  expect(await ask('Fix', { args: ['a', 'b'] })).toContain('takes 1 arguments, not 2');
  expect(events()).toEqual(['refusal', 'refusal', 'refusal']);
  state.outcome = 'healthy';
  expect(await ask('Fix')).toContain('svc is healthy');
  expect(events()).toHaveLength(3);
  expect(acts).toEqual([]);
});

test('secrets are not in the audit, not even where they were printed', async () => {
  const { ask, audit, state } = house([action('Fix', { params: { word: { secret: true } } })]);
  state.done = { exit: 0, output: 'the word is open sesame', isOk: true };
  await ask('Fix', { kwargs: new Map([['word', 'open sesame']]) });
  expect(JSON.stringify(audit)).not.toContain('sesame');
  expect(audit.at(-1)).toMatchObject({ kwargs: { word: '***' }, output: 'the word is ***' });
});

test('an action that two checks offer has to be told which', async () => {
  const target = (check: string) => ({
    service: 'svc',
    check,
    outcome: 'unhealthy' as const,
    code: -1,
    actions: [action('Fix')],
  });
  const { ask } = house([], { targets: () => [target('CheckA'), target('CheckB')] });
  expect(await ask('Fix')).toBe('ambiguous: CheckA, CheckB');
  expect(await ask('Fix', { check: 'CheckB' })).toMatchObject({ check: 'CheckB' });
});

test('a node that is none for it refuses', async () => {
  const { ask } = house([action('Fix', { only_if_group: 'windows' }), action('Mend', { only_if: '1 == 2' })], {
    holds: async () => false,
  });
  expect(await ask('Fix')).toContain('the node is in none of the groups windows');
  expect(await ask('Mend')).toContain('only_if is not true');
});

test('a plan says what would be done and does nothing', async () => {
  const { engine, wish, acts, events } = house([action('Fix', { command: ['fix'] })]);
  expect(await engine.plan(wish('Fix'))).toMatchObject({ refusal: '', deed: { rules: { command: ['fix'] } } });
  expect([acts, events()]).toEqual([[], []]);
});

test.each<[string, YamlMap, typeof HARD, Partial<RepairWorld>, string[]]>([
  ['by itself', { auto: true }, HARD, {}, ['Fix']],
  ['not unless it may', {}, HARD, {}, []],
  ['not before the problem is confirmed', { auto: true }, { isHard: false, isFlapping: false }, {}, []],
  ['not while it flaps', { auto: true }, { isHard: true, isFlapping: true }, {}, []],
  [
    'while it flaps, if so written',
    { auto: true, repair_when_flapping: true },
    { isHard: true, isFlapping: true },
    {},
    ['Fix'],
  ],
  ['not for another outcome', { auto: true, when: ['quasi'] }, HARD, {}, []],
  ['not at another occurrence', { auto: true, occurrences: '2+' }, HARD, {}, []],
  ['not in maintenance', { auto: true }, HARD, { muted: () => 'the node is in maintenance' }, []],
  ['not in a pool of several nodes', { auto: true }, HARD, { nodes: () => ({ alive: 3, all: 3 }) }, []],
  [
    'in a pool, if any number may',
    { auto: true, max_nodes_at_once: 0 },
    HARD,
    { nodes: () => ({ alive: 3, all: 3 }) },
    ['Fix'],
  ],
  [
    'not while half of the nodes are dead',
    { auto: true, max_nodes_at_once: 0 },
    HARD,
    { nodes: () => ({ alive: 1, all: 3 }) },
    [],
  ],
])('it starts %s', async (_, ...[options, result, extra, acts]) => {
  const tried = house([action('Fix', options)], extra);
  await tried.seen(result);
  await tried.seen(
    result === HARD && options['occurrences'] !== undefined ? { isHard: false, isFlapping: false } : result,
  );
  expect(tried.acts).toEqual(acts);
});

test('what is refused by itself again and again is written down once', async () => {
  const { seen, events } = house([action('Fix', { auto: true })], { muted: () => 'somebody works on it' });
  for (let round = 0; round < 5; round++) await seen();
  expect(events()).toEqual(['refusal']);
});

test('the next action is tried when the one before it has no attempts left', async () => {
  const options = { auto: true, cooldown: 0, max_attempts: 2 };
  const { seen, acts, state, told } = house([action('First', options), action('Second', options)]);
  state.heals = false;
  for (let round = 0; round < 6; round++) await seen();
  expect(acts).toEqual(['First', 'First', 'Second', 'Second']);
  expect(told.map(({ name }) => name)).toEqual(['svc/Key/First', 'svc/Key/Second']);
});

test('what needs it waits to be confirmed, and no longer than the problem lasts', async () => {
  const { seen, acts, engine, audit, state, clock, target } = house([
    action('Fix', { auto: true, requires_confirmation: true }),
  ]);
  await seen();
  await seen();
  expect(audit.map(({ event }) => event)).toEqual(['waiting-confirmation']);
  expect(acts).toEqual([]);
  expect(engine.standings(target())).toMatchObject([{ state: 'waiting-confirmation', id: 'r1' }]);
  await engine.confirm('r1', 'me').end;
  expect(acts).toEqual(['Fix']);
  expect(() => engine.confirm('r1', 'me')).toThrow('no repair "r1" waits');
  state.outcome = 'unhealthy';
  clock.run(400_000);
  await seen();
  state.outcome = 'healthy';
  await seen();
  expect(() => engine.confirm(audit.at(-1)?.id ?? '', 'me')).toThrow('waits to be confirmed');
});

test('six that failed by themselves stop all others, until somebody says so', async () => {
  const { seen, acts, state, told, engine, events } = house([
    action('Fix', { auto: true, cooldown: 0, max_attempts: 50 }),
  ]);
  state.heals = false;
  for (let round = 0; round < 9; round++) await seen();
  expect(acts).toHaveLength(6);
  expect(told.map(({ name }) => name)).toEqual(['breaker']);
  expect(engine.breakerOpenSince).not.toBeNull();
  engine.resetBreaker('me');
  await seen();
  expect(acts).toHaveLength(7);
  expect(events().filter((event) => event.startsWith('breaker'))).toEqual(['breaker-open', 'breaker-reset']);
});

test('never two at a time for one service, and the second of the same is refused', async () => {
  const order: string[] = [];
  let release: () => void = () => {};
  const { engine, wish, ask } = house([action('Fix'), action('Mend')], {
    act: async ({ action: { name } }) => {
      order.push(`${name} begins`);
      if (name === 'Fix') await new Promise<void>((resolve) => (release = resolve));
      order.push(`${name} ends`);
      return { exit: 0, output: '', isOk: true };
    },
  });
  const first = await engine.begin(wish('Fix'));
  const second = await engine.begin(wish('Mend'));
  expect(await ask('Fix')).toContain('it is running already');
  await new Promise((resolve) => setImmediate(resolve));
  release();
  await Promise.all([first.end, second.end]);
  expect(order).toEqual(['Fix begins', 'Fix ends', 'Mend begins', 'Mend ends']);
});

test('an attempt is on disk before it begins; after a crash it counts and is not done again', async () => {
  const kept: unknown[] = [];
  const first = house([action('Fix', { auto: true })], {
    act: async () => {
      kept.push(first.shelf.content.get('svc\nKey\nFix'));
      return await new Promise<Done>(() => {});
    },
  });
  void first.seen();
  await new Promise((resolve) => setImmediate(resolve));
  expect(kept).toMatchObject([{ activity: 'running', starts: [expect.any(Number)] }]);
  const second = house([action('Fix', { auto: true })], { shelf: memoryShelf(first.shelf.content) });
  await second.engine.restore();
  expect(second.engine.standings(second.target())).toMatchObject([{ state: 'interrupted', attempts: 1 }]);
  expect(second.audit).toMatchObject([{ event: 'interrupted', id: 'r1', service: 'svc', check: 'Key', action: 'Fix' }]);
  await second.seen();
  expect(second.acts).toEqual([]);
  expect(second.engine.standings(second.target())).toMatchObject([{ state: 'cooling' }]);
});

test('a reset forgets the attempts', async () => {
  const { ask, engine, state, target } = house([action('Fix')]);
  state.heals = false;
  await ask('Fix');
  engine.reset('svc', 'Key', 'me');
  expect(engine.standings(target())).toMatchObject([{ attempts: 0, state: 'idle' }]);
  expect(() => engine.reset('svc', 'Kay', 'me')).toThrow('svc has no check "Kay"');
});
