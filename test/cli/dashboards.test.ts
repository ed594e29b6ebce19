import { expect, test } from 'vitest';
import type { DashboardView } from '../../src/model/dashboard.ts';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';

const VIEW: DashboardView = {
  id: 'linux/linux',
  title: 'Linux\u001b[2J',
  node: 'n1',
  at: 0,
  content: {
    kind: 'vertical_split',
    tiles: [
      { kind: 'text', title: 'General', value: 'fine' },
      {
        kind: 'donut',
        title: 'Swap',
        unit: '%',
        value: null,
        missing: 'collector.memory: gone',
        max: null,
        share: null,
      },
      { kind: 'horizontal_chart', title: 'Load', unit: '', value: 3, max: null, points: null, step: 10 },
    ],
  },
};
const ROUTE = 'GET /dashboards/linux/values';
const LEFT = '\u001b[?25h\u001b[?1049l';

test('the dashboards are listed', async () => {
  const dashboard = { name: 'linux/linux', title: 'Linux', pack_name: 'linux', pack_level: 'global' };
  await using agent = await fakeAgent({ 'GET /dashboards': [dashboard] });
  expect((await opsbro('dashboards list', agent)).out).toBe(
    'NAME         PACK          TITLE\nlinux/linux  global.linux  Linux\n',
  );
});

test('in a pipe a dashboard is one drawing of 80 columns without colours', async () => {
  await using agent = await fakeAgent({ [ROUTE]: () => VIEW });
  const { code, out } = await opsbro('dashboards show linux --utc', agent);
  expect(code).toBe(0);
  expect(out).not.toContain('\u001b');
  expect(out.split('\n').filter((line) => line.startsWith('─'))).toHaveLength(3);
  for (const text of ['Linux\\e[2J', 'n1  1970-01-01 00:00:00', '─ General ─', 'fine', 'n/a'])
    expect(out).toContain(text);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBe(80);
  expect(agent.asked()).toEqual(['GET /dashboards/linux/values?points=160&step=10']);
});

test('--occurences draws it so many times, and what nobody keeps grows', async () => {
  await using agent = await fakeAgent({ [ROUTE]: () => VIEW });
  for (const option of ['--occurences', '--occurrences']) {
    const { code, out } = await opsbro(`dashboards show linux ${option} 2 --interval 100ms`, agent);
    expect(code).toBe(0);
    expect(out.match(/─ General ─/g)).toHaveLength(2);
  }
  const { out } = await opsbro('dashboards show linux --occurences 2 --interval 100ms --json', agent);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([VIEW, VIEW]);
});

test('on a terminal it has a screen of its own, which is gone when the user interrupts', async () => {
  const user = new AbortController();
  await using agent = await fakeAgent({ [ROUTE]: () => VIEW });
  let resize = () => {};
  const situation = {
    ...agent,
    terminal: 'terminal' as const,
    interrupt: user.signal,
    resized: (task: () => void) => {
      resize = task;
      task();
      // When it has been drawn and waits for the next time.
      queueMicrotask(() => user.abort());
    },
  };
  const { code, out } = await opsbro('dashboards show linux', situation);
  expect(code).toBe(0);
  expect(out.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true);
  expect(out.endsWith(LEFT)).toBe(true);
  expect(out.split('\u001b[H').length - 1).toBe(2);
  expect(out).toContain('\u001b[34mGeneral\u001b[39m');
  expect(agent.asked()[0]).toContain('color=true');
  resize();
});

test('an agent that goes is waited for, with what was seen last; any other failure ends it with the screen as it was', async () => {
  let answers = 0;
  await using agent = await fakeAgent({
    [ROUTE]: () => {
      answers += 1;
      if (answers === 2) return refused(503, 'stopping', 'the agent stops');
      return answers > 1 ? refused(404, 'not_found', 'no dashboard is named "linux"') : VIEW;
    },
  });
  const { code, out, err } = await opsbro('dashboards show linux --interval 100ms', { ...agent, terminal: 'terminal' });
  expect({ code, err }).toEqual({ code: 2, err: 'error: no dashboard is named "linux" (not_found)\n' });
  expect(out.endsWith(LEFT)).toBe(true);
  expect(out).toContain('\u001b[31mthe agent stops\u001b[39m');
});

test('a small window shows the upper part', async () => {
  await using agent = await fakeAgent({ [ROUTE]: () => VIEW });
  const { out } = await opsbro('dashboards show linux --occurences 1', { ...agent, terminal: 'terminal', rows: 3 });
  expect(out).toContain('General');
  expect(out).not.toContain('Swap');
});

test.each([
  ['--interval 1ms', 'too short'],
  ['--occurences many', 'is no number of drawings'],
])('%s is refused', async (option, text) => {
  await using agent = await fakeAgent({});
  expect(await opsbro(`dashboards show linux ${option}`, agent)).toMatchObject({
    code: 2,
    err: expect.stringContaining(text),
  });
});
