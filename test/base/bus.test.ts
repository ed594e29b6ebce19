import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';

type Events = { type: 'node'; uuid: string } | { type: 'check'; name: string };

const refuse = (error: unknown) => {
  throw error;
};

test('a listener hears its own type of event until it is disposed of', () => {
  const bus = new Bus<Events>(refuse);
  const heard: string[] = [];
  const listening = bus.on('node', ({ uuid }) => heard.push(uuid));

  bus.emit({ type: 'node', uuid: 'a' });
  bus.emit({ type: 'check', name: 'load' });
  listening[Symbol.dispose]();
  bus.emit({ type: 'node', uuid: 'b' });

  expect(heard).toEqual(['a']);
});

test('a listener that throws is reported, and the others still hear', () => {
  const reported: unknown[] = [];
  const bus = new Bus<Events>((error, event) => reported.push(error, event.type));
  const heard: string[] = [];
  bus.on('check', () => refuse('broken'));
  bus.on('check', ({ name }) => heard.push(name));

  bus.emit({ type: 'check', name: 'load' });

  expect(heard).toEqual(['load']);
  expect(reported).toEqual(['broken', 'check']);
});
