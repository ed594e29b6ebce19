import { expect, test } from 'vitest';
import pressure, { parsePressure } from '../../src/collectors/pressure.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

test('reads some and full of each resource', async () => {
  const files = {
    '/proc/pressure/cpu': 'some avg10=1.50 avg60=0.80 avg300=0.25 total=8153812\n',
    '/proc/pressure/io': 'some avg10=0 avg60=0 avg300=0 total=5\nfull avg10=0.10 avg60=0 avg300=0 total=4\n',
  };
  expect(await pressure.configure({})(fakeHost({ files }), never)).toEqual({
    cpu: { some: { avg10: 1.5, avg60: 0.8, avg300: 0.25, total: 8_153_812 } },
    io: { some: { avg10: 0, avg60: 0, avg300: 0, total: 5 }, full: { avg10: 0.1, avg60: 0, avg300: 0, total: 4 } },
  });
});

test('keeps what is whole of a broken line', () => {
  expect(parsePressure('some avg10=x avg60=0.5 avg3')).toEqual({ some: { avg60: 0.5 } });
  expect(parsePressure('full\nhalf avg10=1')).toEqual({});
});

test('a kernel that does not keep account is not eligible', async () => {
  const off = systemError('EOPNOTSUPP', 'operation not supported');
  const host = fakeHost({ files: { '/proc/pressure/cpu': off } });
  await expect(pressure.configure({})(host, never)).rejects.toThrow('this kernel does not tell of pressure');
});
