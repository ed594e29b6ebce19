import { expect, test } from 'vitest';
import raspberrypi, { generationOf } from '../../src/collectors/raspberrypi.ts';
import { fakeHost, never } from '../support/host.ts';

test.each([
  ['Raspberry Pi 5 Model B Rev 1.0', 5],
  ['Raspberry Pi 4 Model B Rev 1.4', 4],
  ['Raspberry Pi 400 Rev 1.0', 4],
  ['Raspberry Pi 3 Model B Plus Rev 1.3', 3],
  ['Raspberry Pi 2 Model B Rev 1.1', 2],
  ['Raspberry Pi Model B Plus Rev 1.2', 1],
  ['Raspberry Pi Compute Module Rev 1.0', 1],
  ['Raspberry Pi Compute Module 4 Rev 1.0', 4],
  ['Raspberry Pi Zero W Rev 1.1', 0],
  ['Raspberry Pi Zero 2 W Rev 1.0', 0],
  ['Raspberry Pi Something', 'unknown'],
])('%s is of generation %s', (model, generation) => {
  expect(generationOf(model)).toBe(generation);
});

test('looks at the temperature each time', async () => {
  const files = {
    '/sys/firmware/devicetree/base/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
    '/sys/class/thermal/thermal_zone0/temp': '48312\n',
  };
  const collect = raspberrypi.configure({});
  const about = { is_raspberry_pi: true, version: 4, model: 'Raspberry Pi 4 Model B Rev 1.4' };
  expect(await collect(fakeHost({ files }), never)).toEqual({ ...about, temperature: 48.31 });
  files['/sys/class/thermal/thermal_zone0/temp'] = '50000\n';
  expect(await collect(fakeHost({ files }), never)).toEqual({ ...about, temperature: 50 });
});

test('other boards are not eligible', async () => {
  const files = { '/sys/firmware/devicetree/base/model': 'Hardkernel ODROID-N2\0' };
  await expect(raspberrypi.configure({})(fakeHost({ files }), never)).rejects.toThrow(
    'This system is not managed by this collector.',
  );
});
