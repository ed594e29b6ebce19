import { expect, test } from 'vitest';
import processes, { stateIn } from '../../src/collectors/processes.ts';
import { look } from '../support/collecting.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

test('counts processes by state', async () => {
  expect(await look(processes.configure({}), fakeHost({ files: MODERN }))).toEqual({
    total: 4,
    states: { R: 1, S: 1, D: 0, Z: 1, T: 0, I: 1 },
  });
});

test('others get their turn on a machine with many', async () => {
  const ids = Array.from({ length: 1_200 }, (_, at) => [`/proc/${at + 1}/stat`, `${at + 1} (x) D 1`]);
  const tree = await look(processes.configure({}), fakeHost({ files: Object.fromEntries(ids) }));
  expect(tree).toMatchObject({ total: 1_200, states: { D: 1_200 } });
});

test.each([
  ['7 (a) b) (c) Z 1', 'Z'],
  ['7 (gdb) t 1', 'T'],
  ['', ''],
])('the state of "%s" is "%s"', (stat, state) => {
  expect(stateIn(stat)).toBe(state);
});

test('a machine without /proc is not eligible', async () => {
  await expect(processes.configure({})(fakeHost(), never)).rejects.toThrow('this system has no processes in /proc');
});
