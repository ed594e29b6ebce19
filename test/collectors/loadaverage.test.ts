import { expect, test } from 'vitest';
import loadaverage, { parseLoad } from '../../src/collectors/loadaverage.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

test('reports the three averages, and the tasks', async () => {
  const collect = loadaverage.configure({});

  expect(await collect(fakeHost({ files: MODERN }), never)).toEqual({
    load1: 0.26,
    load5: 0.11,
    load15: 0.07,
    runnable: 1,
    threads: 95,
  });
});

test('reports what there is of a line that breaks off', () => {
  expect(parseLoad('0.26 0.1')).toEqual({ load1: 0.26, load5: 0.1 });
});

test('is not eligible where the kernel does not say', async () => {
  await expect(loadaverage.configure({})(fakeHost(), never)).rejects.toThrow('this system has no /proc/loadavg');
});
