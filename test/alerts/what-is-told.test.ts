import { expect, test } from 'vitest';
import { alertTraits } from '../../src/alerts/alert-traits.ts';
import { subjectOf } from '../../src/handlers/support/subject.ts';
import { AlertingWorld } from '../support/alerting.ts';

test('templates know how often a check was tried, and what people wrote about it', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/disks', 'critical', { attempt: 3, maxAttempts: 3 }, alertTraits({ note: 'call\nann' }));
  await world.minutes(1);
  const [message] = world.messages();
  const variables = message && subjectOf(message).variables;
  const said = { attempt: 3, max_attempts: 3, notes: 'call\nann' };
  expect(variables).toMatchObject({ check: said, alert: said });
});

test('of what is no check there are no attempts, and templates may show them all the same', async () => {
  const world = await AlertingWorld.begun();
  world.pipeline.problem({
    ...{ kind: 'zone', name: 'far', displayName: 'far', pack: '', severity: 'critical', state: 'unreachable' },
    ...{ oldState: 'reachable', output: 'zone far cannot be reached' },
  });
  await world.minutes(1);
  const [message] = world.messages();
  const variables = message && subjectOf(message).variables;
  expect(variables).toMatchObject({
    check: { attempt: '', max_attempts: '', notes: '' },
    alert: { attempt: null, max_attempts: null, notes: '' },
  });
});
