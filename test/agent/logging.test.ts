import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../src/agent/logging.ts';
import { tempDirectory } from '../support/temp.ts';

const settings = { node: 'web-1', level: 'INFO', format: 'text' } as const;

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

test('the newest errors and warnings are kept, twenty of each', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, directory: home.path });
  for (let number = 0; number < 25; number++) log.logger.error({ number }, 'broken');
  expect(log.kept.ERROR).toHaveLength(20);
  expect(log.kept.ERROR.at(-1)).toContain('number=24');
  expect(log.kept.WARNING).toEqual([]);
});

test('the level can be changed, and a moved file is begun anew when asked', () => {
  using home = tempDirectory();
  using log = openLog({ ...settings, level: 'WARNING', directory: home.path });
  log.logger.info({}, 'unheard');
  log.setLevel('DEBUG');
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
  log.setFormat('json');
  part.info({ n: 2 }, 'json');
  log.setFormat('text');
  part.info({ n: 3 }, 'text');
  const lines = readFileSync(join(home.path, 'dns.log'), 'utf8').trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/: text n=1$/),
    expect.stringMatching(/^\{"level":"info",.*"n":2.*\}$/),
    expect.stringMatching(/: text n=3$/),
  ]);
});
