import { expect, test } from 'vitest';
import { announce } from '../../src/agent/announcer.ts';
import { Bus } from '../../src/base/bus.ts';
import type { CheckRecord } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { ServiceRecord } from '../../src/model/service.ts';
import { check } from '../support/nodes.ts';

/** A node whose groups and checks a test sets, and what the pool is told of them. */
function announced(first: readonly CheckRecord[], services: readonly ServiceRecord[] = []) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const work = {
    groups: new Set(['linux']),
    records: first,
    checks: () => work.records,
    services: { records: () => services },
  };
  const told: string[] = [];
  const listening = announce(bus, work, {
    setGroups: (groups) => void told.push(`groups ${[...groups].join(',')}`),
    setCheck: (id, { state, output }) => void told.push(`${id} ${state}${output === '' ? '' : ` ${output}`}`),
    removeCheck: (id) => void told.push(`${id} gone`),
    setService: (name, { state, protocol = 'tcp', weights }) =>
      void told.push(`service ${name} ${state} ${protocol} ${JSON.stringify(weights)}`),
    removeService: (name) => void told.push(`service ${name} gone`),
  });
  return { bus, work, told, listening };
}

test('the pool is told of groups and checks at the start', () => {
  const { told } = announced([check('a', { state: 'ok', output: 'fine' })]);
  expect(told).toEqual(['groups linux', 'a ok']);
});

test('checks that come, go and change are told, the others are not told again', () => {
  const a = check('a', { state: 'ok' });
  const b = check('b', { state: 'critical', output: 'full' });
  const { bus, work, told, listening } = announced([a]);
  told.length = 0;

  work.records = [a, b];
  bus.emit({ type: 'checks-change' });
  expect(told.splice(0)).toEqual(['groups linux', 'b critical full']);

  bus.emit({ type: 'check-change', check: { ...b, state: 'ok' }, before: b, result: { state: 'ok', output: '' } });
  expect(told.splice(0)).toEqual(['b ok']);

  work.records = [b];
  work.groups = new Set(['linux', 'web']);
  bus.emit({ type: 'groups-change', groups: ['linux', 'web'], add: ['web'], remove: [] });
  expect(told.splice(0)).toEqual(['groups linux,web', 'a gone']);

  listening[Symbol.dispose]();
  bus.emit({ type: 'checks-change' });
  expect(told).toEqual([]);
});

test('the pool is told how a service is spoken to, and how much of the load it takes', () => {
  const dns: ServiceRecord = {
    ...{ id: 'local/dns', name: 'dns', packName: 'local', packLevel: 'local', state: 'ok', oldState: 'pending' },
    ...{ lastChange: null, checks: [], output: '', address: '', port: 53, protocol: 'udp', tags: [], meta: new Map() },
    ...{ weights: { passing: 10, warning: 1 }, notes: '' },
  };
  const { weights: _, ...plain } = { ...dns, name: 'web', protocol: '' };
  const { told } = announced([], [dns, plain]);
  expect(told.slice(1)).toEqual(['service dns ok udp {"passing":10,"warning":1}', 'service web ok tcp undefined']);
});
