import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { APART } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const main = new URL('../../dist/agent/main.js', import.meta.url).href;

test('an exception that nobody catches is written down, and the agent ends with 70 after an orderly stop', async () => {
  using home = tempDirectory();
  const script = `
    const { startAgent } = await import(${JSON.stringify(main)});
    void startAgent({ home: ${JSON.stringify(home.path)} });
    process.stdout.write = (text) => {
      if (String(text).includes('runs as node')) setTimeout(() => { throw new Error('planted'); });
      return true;
    };
  `;
  const agent = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, ...APART } });
  let stderr = '';
  agent.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  await once(agent, 'close');

  expect(agent.exitCode).toBe(70);
  expect(stderr).toContain('a bug ended the agent: planted');
  expect(readFileSync(join(home.path, 'log/crash.log'), 'utf8')).toMatch(
    /opsbro 0\.\d+\.\d+ node [\s\S]*Error: planted/,
  );
  // The lock is given back, so that a supervisor can start it again at once.
  expect(() => readFileSync(join(home.path, 'log/opsbro.lock'))).toThrow('ENOENT');
});
