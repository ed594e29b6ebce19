import { expect, test } from 'vitest';
import vmwareperformances from '../../src/collectors/vmwareperformances.ts';
import { fakeHost, never } from '../support/host.ts';

const TOOL = 'vmware-toolbox-cmd stat';

test('shows what the tools know, and leaves out what they do not', async () => {
  const commands = {
    [`${TOOL} speed`]: { stdout: '2600 MHz\n' },
    [`${TOOL} balloon`]: { stdout: '128 MB\n' },
    [`${TOOL} swap`]: { stdout: '', stderr: 'The feature is not enabled.\n', exit: 70 },
  };
  expect(await vmwareperformances.configure({})(fakeHost({ commands }), never)).toEqual({
    vmware_tools_available: true,
    cpu: { effective_cpu_mhz: 2_600 },
    memory: { ballooned: 128 },
  });
});

test('without the tools it is not eligible', async () => {
  await expect(vmwareperformances.configure({})(fakeHost(), never)).rejects.toThrow(
    'this system has no vmware-toolbox-cmd',
  );
});
