import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../src/agent/logging.ts';
import { systemClock } from '../../src/base/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const keeping = { keepDays: 8, maxBytes: 1_000_000 };
const settings = { node: 'web-1', level: 'INFO', format: 'text', keeping, clock: systemClock } as const;

test('each part has its file, and a line says when, how grave, who, what and the facts', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  log.logger.child({ part: 'gossip' }).info({ member: 'db-1', port: 6768 }, 'member-join');
  log.logger.warn({}, 'no key');
  log.logger.debug({}, 'not logged at this level');

  expect(readFileSync(join(home.path, 'gossip.log'), 'utf8')).toMatch(
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]\[INFO\]\[web-1\] \[GOSSIP\]: member-join member=db-1 port=6768\n$/,
  );
  expect(readFileSync(join(home.path, 'daemon.log'), 'utf8')).toMatch(/\[WARNING\]\[web-1\] \[DAEMON\]: no key\n$/);
});

test('what came from elsewhere cannot forge lines or drive a terminal', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  log.logger.info({ member: 'a\n[forged]\u001b[2J' }, 'member-join');
  expect(readFileSync(join(home.path, 'daemon.log'), 'utf8')).toContain('member=a\\x0a[forged]\\x1b[2J\n');
});

test('as JSON, a line is one object', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, format: 'json', directory: home.path });
  log.logger.child({ part: 'dns' }).error({ code: 'EADDRINUSE' }, 'not bound');
  const line = JSON.parse(readFileSync(join(home.path, 'dns.log'), 'utf8')) as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'error', node: 'web-1', part: 'dns', code: 'EADDRINUSE', msg: 'not bound' });
  expect(String(line['time'])).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test('facts may have any name and forge nothing of their line', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, format: 'json', directory: home.path });
  const facts = { level: 'loud', msg: 'forged', node: 'web-2', time: 1, port: 6768 };
  log.logger.child({ part: 'dns' }).warn(facts, 'told');

  expect(JSON.parse(readFileSync(join(home.path, 'dns.log'), 'utf8'))).toMatchObject({
    ...{ level: 'warn', node: 'web-1', part: 'dns', msg: 'told', port: 6768 },
    ...{ fact_level: 'loud', fact_msg: 'forged', fact_node: 'web-2', fact_time: 1 },
  });
  expect(log.kept.WARNING).toEqual([expect.stringContaining('told level=loud msg=forged node=web-2 time=1 port=6768')]);
});

test('the newest errors and warnings are kept, twenty of each', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  for (let number = 0; number < 25; number++) log.logger.error({}, `broken ${number}`);
  expect(log.kept.ERROR).toHaveLength(20);
  expect(log.kept.ERROR.at(-1)).toContain('broken 24');
  expect(log.kept.WARNING).toEqual([]);
});

test('the level is that of the part, and a change of it counts for parts that were there before', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, level: { default: 'WARNING', gossip: 'DEBUG' }, directory: home.path });
  const dns = log.logger.child({ part: 'dns' });
  log.logger.child({ part: 'gossip' }).debug({}, 'a probe');
  dns.info({}, 'unheard');
  log.apply({ ...settings, level: 'INFO' });
  dns.info({}, 'heard');
  log.logger.child({ part: 'gossip' }).debug({}, 'another probe');
  expect(readFileSync(join(home.path, 'gossip.log'), 'utf8')).toMatch(/^.*a probe\n$/);
  expect(readFileSync(join(home.path, 'dns.log'), 'utf8')).toMatch(/^.*\[INFO\].*: heard\n$/);
});

test('who follows a part hears its debug lines, which the file does not get, and only until he has enough', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  const gossip = log.logger.child({ part: 'gossip' });
  const heard: string[] = [];
  const following = log.follow('gossip', 'DEBUG', (line) => heard.push(line));
  gossip.debug({ to: 'db-1' }, 'a probe');
  log.logger.child({ part: 'dns' }).debug({}, 'of another part');
  gossip.info({}, 'written');
  following[Symbol.dispose]();
  gossip.debug({}, 'nobody listens');
  expect(heard).toEqual([
    expect.stringMatching(/\[DEBUG\].*is followed from here on from=DEBUG$/),
    expect.stringMatching(/\[DEBUG\].*a probe to=db-1$/),
    expect.stringMatching(/: written$/),
  ]);
  expect(readFileSync(join(home.path, 'gossip.log'), 'utf8')).toMatch(/^.*: written\n$/);
});

test('lines of small parts stand in the file of a greater one and still say whose they are', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  log.logger.child({ part: 'alerts' }).info({}, 'told');
  expect(readFileSync(join(home.path, 'handlers.log'), 'utf8')).toMatch(/\[ALERTS\]: told\n$/);
  expect(log.parts()).toContain('handlers');
  expect(log.parts()).not.toContain('alerts');
});

test.each(['text', 'json'] as const)('no line is longer than 8 KiB, and as %s it is still whole', (format) => {
  using home = tempDirectory();
  using log = openLog({ ...settings, format, directory: home.path });
  log.logger.info({ text: 'é\u0007'.repeat(20_000) }, 'long');
  const text = readFileSync(join(home.path, 'daemon.log'), 'utf8');
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8 * 1_024 + 1);
  expect(text.split('\n')).toHaveLength(2);
  if (format === 'json') expect(JSON.parse(text)).toMatchObject({ msg: 'long', cut: true });
});

test('a log that cannot be written harms nobody and tells why', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: join(home.path, 'gone') });
  log.logger.info({}, 'lost');
  expect(log.failure).toMatch(/cannot be written: ENOENT/);
  mkdirSync(join(home.path, 'gone'));
  log.logger.info({}, 'found');
  expect(log.failure).toBe('');
});

test('the level can be changed, and a moved file is begun anew when asked', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, level: 'WARNING', directory: home.path });
  log.logger.info({}, 'unheard');
  log.apply({ ...settings, level: 'DEBUG' });
  log.logger.debug({}, 'first');
  renameSync(join(home.path, 'daemon.log'), join(home.path, 'old.log'));
  log.reopen();
  log.logger.debug({}, 'second');

  expect(readFileSync(join(home.path, 'old.log'), 'utf8')).toMatch(/^.*first\n$/);
  expect(readFileSync(join(home.path, 'daemon.log'), 'utf8')).toMatch(/^.*second\n$/);
});

test('the form can be changed, and no line is lost or torn', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  const part = log.logger.child({ part: 'dns' });
  part.info({ n: 1 }, 'text');
  log.apply({ ...settings, format: 'json' });
  part.info({ n: 2 }, 'json');
  log.apply(settings);
  part.info({ n: 3 }, 'text');
  const lines = readFileSync(join(home.path, 'dns.log'), 'utf8').trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/: text n=1$/),
    expect.stringMatching(/^\{"time":".*","level":"info",.*"n":2.*\}$/),
    expect.stringMatching(/: text n=3$/),
  ]);
});
