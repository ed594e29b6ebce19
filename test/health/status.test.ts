import { expect, test } from 'vitest';
import {
  actionInfo,
  codeOf,
  findAction,
  isListed,
  noActionInfo,
  outcomeOf,
  type Standing,
  serviceStatus,
  unknownService,
} from '../../src/health/status.ts';
import type { ActionDoc, HealthOutcome } from '../../src/model/health.ts';

const action = (name: string, extra: Partial<ActionDoc> = {}): ActionDoc => ({
  ...{ name, info: null, parameters: [], takesRest: false, takesAnyName: false, options: {} },
  ...extra,
});

const check = (name: string, outcome: HealthOutcome, extra: Partial<Standing> = {}): Standing => ({
  ...{ name, outcome, description: '', actions: [] },
  ...extra,
});

test.each([
  [0, 0],
  [true, 1],
  [false, 0],
  [-0.5, -0.5],
  [Number.NaN, undefined],
  [undefined, undefined],
  ['0', undefined],
  [null, undefined],
])('Check() answering %s counts as %s', (answer, code) => {
  expect(codeOf(answer)).toBe(code);
});

test.each<[number, string, string[], HealthOutcome]>([
  [0, '', [], 'healthy'],
  [1, 'Could be better.', [], 'quasi'],
  [1, '', ['Fix'], 'quasi'],
  [1, '', [], 'healthy'],
  [-0.5, '', [], 'unhealthy'],
  [-1, 'Key missing.', ['Fix'], 'unhealthy'],
])('code %s with the description "%s" and the actions %s is %s', (code, description, actions, outcome) => {
  expect(outcomeOf(code, { description, actions: actions.map((name) => action(name)) })).toBe(outcome);
});

test('a service is written byte for byte as its clients know it', () => {
  const key = check('KeyCheck', 'unhealthy', {
    description: 'Key missing.',
    actions: [action('Fix'), action('Boom')],
  });
  expect(JSON.stringify(serviceStatus('svc1', [key, check('Fine', 'healthy')]))).toBe(
    '{"service":"svc1","health":false,"healthchecks":[{"name":"KeyCheck","health":false,"description":"Key missing.","actions":["Fix","Boom"]}]}',
  );
});

test.each<[HealthOutcome[], boolean, number]>([
  [['healthy'], true, 0],
  [['quasi', 'healthy'], true, 1],
  [['unhealthy', 'quasi'], false, 2],
  [['broken'], false, 1],
  [['pending'], true, 1],
  [[], true, 0],
])('a service of checks that are %s: health %s, %s listed', (outcomes, health, listed) => {
  const status = serviceStatus(
    's',
    outcomes.map((outcome, index) => check(`c${index}`, outcome)),
  );
  expect(status.health).toBe(health);
  expect(status.healthchecks).toHaveLength(listed);
});

test('what cannot be said otherwise has fixed words', () => {
  const { healthchecks } = serviceStatus('s', [check('b', 'broken'), check('a', 'pending')]);
  expect(healthchecks.map(({ name, description, actions }) => [name, description, actions])).toEqual([
    ['a', 'Health check is currently executing.', []],
    ['b', 'Failed to execute the health check. Please review the health check file.', []],
  ]);
  expect(unknownService('nope')).toEqual({ service: 'nope', health: false, healthchecks: [] });
  expect(isListed(check('c', 'healthy'))).toBe(false);
});

test('the reasons why there is no action come in their order', () => {
  const services = new Map([
    ['good', [check('Fine', 'healthy')]],
    ['bad', [check('Fine', 'healthy'), check('Key', 'unhealthy', { actions: [action('Fix')] })]],
  ]);
  const reason = (service: string, name: string, wanted: string) =>
    findAction(services, { service, check: name, action: wanted });
  expect(reason('nope', 'nope', 'nope')).toBe('Service not recognized.');
  expect(reason('good', 'nope', 'nope')).toBe('Service is healthy.');
  expect(reason('bad', 'nope', 'nope')).toBe('Healthcheck not recognized.');
  expect(reason('bad', 'Fine', 'nope')).toBe('Healthcheck is healthy.');
  expect(reason('bad', 'Key', 'nope')).toBe('Action not recognized.');
  expect(reason('bad', 'Key', 'Fix')).toMatchObject({ name: 'Fix' });
});

test('an action tells what it takes', () => {
  const parameters = [
    { name: 'x', isRequired: true, defaultValue: null },
    { name: 'y', isRequired: false, defaultValue: 1 },
  ];
  expect(JSON.stringify(actionInfo(action('F', { info: 'Does it.', parameters })))).toBe(
    '{"action":"F","info":"Does it.","args":["x"],"kwargs":{"y":1}}',
  );
  expect(noActionInfo('F', 'Service is healthy.')).toEqual({
    action: 'F',
    info: 'Service is healthy.',
    args: [],
    kwargs: {},
  });
});
