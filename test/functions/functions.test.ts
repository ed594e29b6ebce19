import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import type { Member } from '../../src/model/member.ts';
import { evaluate, functions, shown } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';

const host = fakeHost({
  files: {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n',
    '/etc/group': 'root:x:0:\nadm:x:4:syslog\n',
    '/proc/cpuinfo': 'vendor_id\t: GenuineIntel\nmodel name\t: QEMU Virtual CPU\n',
    '/etc/motd': 'a',
    '/t.json': '{"key": [1, {"__proto__": 2}], "ok": true}',
    '/broken.json': '{"key": secret',
    '/big.json': `"${'x'.repeat(1_100_000)}"`,
    '/var/lib/dpkg/status':
      'Package: bash\nStatus: install ok installed\nVersion: 5\n\nPackage: nginx\nStatus: deinstall ok config-files\n\nPackage: libc6\nArchitecture: i386\nStatus: deinstall ok config-files\n\nPackage: libc6\nArchitecture: amd64\nStatus: install ok installed\n\n',
    '/var/lib/dpkg/info/bash.list': '/bin/bash\n',
    '/var/lib/dpkg/info/nginx.list': '/etc/nginx\n',
    '/var/lib/dpkg/info/libc6:amd64.list': '/lib\n',
  },
  dirs: ['/etc'],
  links: { '/etc/mtab': '/proc/mounts', '/link': '/etc/passwd', '/linked-folder': '/etc' },
  listeners: { 'db:5432': () => {} },
  names: { db: ['10.0.0.7', 'fd00::7'], 'db.example.org': ['10.0.0.7'] },
  commands: {
    'getent passwd -- alice': { stdout: 'alice:*:5001:5001:Alice:/home/alice:/bin/sh\n', exit: 0 },
    'getent group -- 700': { stdout: 'staff:*:700:\n', exit: 0 },
  },
});

const member = (id: string, settled: Member['settled'], groups: string[], reachable = true): Member =>
  ({ id, state: 'alive', settled, reachable, groups, zone: `zone-${id}` }) as unknown as Member;

const around = {
  host,
  groups: ['debian'],
  staticGroups: ['kv'],
  hostingDrivers: ['ec2'],
  members: [
    member('a', 'alive', ['linux']),
    member('b', 'alive', []),
    member('c', 'dead', ['linux']),
    member('far', 'alive', ['far'], false),
  ],
  events: ['deploy'],
  ruleStates: { 'ssh root': 'COMPLIANT' },
  data: { collector: { n: { zero: 0 } } },
};

/** What is tested, then an expression and how its value is written or the code of its error. */
const ROWS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'basic',
    [
      ['abs(-2.5)', '2.5'],
      ['abs(True)', '1'],
      ["abs('1')", 'ERR FUNCTION'],
      ['max(1, 3, 2)', '3'],
      ['max([1,2],[3])', '[3]'],
      ["min('b', 'a')", "'a'"],
      ['max([])', 'ERR FUNCTION'],
      ["max(1, 'a')", 'ERR TYPE'],
      ['max()', 'ERR FUNCTION'],
      ['sum([])', '0'],
      ["sum(['a'])", 'ERR TYPE'],
      ["len('h\u00e9\u{1f600}')", '3'],
      ["len({'a': 1, 'b': 2})", '2'],
      ['len(3)', 'ERR FUNCTION'],
      ['len(None)', 'ERR FUNCTION'],
      ['sorted([3, 1, 2])', '[1, 2, 3]'],
      ["sorted([1, 'a'])", 'ERR TYPE'],
      ["list('ab')", "['a', 'b']"],
      ['list((1, 2))', '[1, 2]'],
      ['list()', '[]'],
      ['list(1)', 'ERR FUNCTION'],
      ['set([1, True, 1.0, 2])', '{1, 2}'],
      ['set()', 'set()'],
      ['set([[1]])', 'ERR TYPE'],
      ["set([(1, 'a'), (1, 'a')])", "{(1, 'a')}"],
      ['set_difference([1,2],[2])', '{1}'],
      ['set_intersection([1,2,3],[3,2])', '{2, 3}'],
      ['reverse([1,2,3])', '[3, 2, 1]'],
      ['round(2.5)', '2'],
      ['round(-3.456, 2)', '-3.46'],
      ['round(1250, -2)', '1200'],
      ['int(3.9)', '3'],
      ["int('12')", '12'],
      ["int('1.5')", 'ERR FUNCTION'],
      ["float(' 1e3 ')", '1000'],
      ["float('x')", 'ERR FUNCTION'],
      ["float('1e999')", 'ERR LIMIT'],
      ['str([1, None])', "'[1, None]'"],
      ["bool('')", 'False'],
      ['any([0, 1])', 'True'],
      ['any([])', 'False'],
      ['all([1, 0])', 'False'],
      ['all([])', 'True'],
      ['all(1)', 'ERR FUNCTION'],
      ['defined({{collector.zz}})', 'False'],
      ['defined({{collector.n.zero}})', 'True'],
      ['defined()', 'ERR FUNCTION'],
      ['default({{collector.zz}}, 7)', '7'],
      ['default({{collector.n.zero}}, 7)', '0'],
      ['default({{collector.zz}}, {{collector.yy}})', 'missing collector.yy'],
    ],
  ],
  [
    'texts',
    [
      ["string_upper('a\u00e9')", "'A\u00c9'"],
      ["string_lower('AB')", "'ab'"],
      ['string_lower(1)', 'ERR FUNCTION'],
      ["string_split('a,b', ',')", "['a', 'b']"],
      ["string_split('a,b', '')", 'ERR FUNCTION'],
      ["string_join(['a','b'], '-')", "'a-b'"],
      ["string_join(['a', 1], '-')", 'ERR FUNCTION'],
    ],
  ],
  [
    'display',
    [
      ['get_horizontal_bar(50, width=10)', "'█████▒▒▒▒▒'"],
      ['get_horizontal_bar(0.25, 4)', "'█▒▒▒'"],
      ['get_horizontal_bar(1, 3)', "'███'"],
      ['len(get_horizontal_bar(0))', '80'],
      ['get_horizontal_bar(-1)', 'ERR FUNCTION'],
      ['get_horizontal_bar(101)', 'ERR FUNCTION'],
      ['get_donut(-1)', 'None'],
      ['get_donut(101)', 'None'],
      ["get_donut('x')", 'None'],
      ['get_donut(0.5) == get_donut(0)', 'True'],
      ['get_donut(100.9) == get_donut(100)', 'True'],
      ["'100⢻' in get_donut(100)", 'True'],
      ["colorize('x', 3)", "'x'"],
      ['colorize([1], 64)', "'[1]'"],
      ["colorize('x', 65)", 'ERR FUNCTION'],
    ],
  ],
  [
    'files',
    [
      ["file_exists('/etc/passwd')", 'True'],
      ["file_exists('/nope')", 'False'],
      ["is_dir('/etc')", 'True'],
      ["is_dir('/etc/passwd')", 'False'],
      ["is_dir('/nope')", 'False'],
      ["is_dir('/linked-folder')", 'True'],
      ["is_plain_file('/etc/passwd')", 'True'],
      ["is_plain_file('/link')", 'True'],
      ["is_plain_file('/etc/mtab')", 'False'],
      ["is_plain_file('/etc')", 'False'],
      ["is_plain_file('/nope')", 'False'],
      ["is_link('/link')", 'True'],
      ["is_link('/etc/mtab')", 'True'],
      ["is_link('/etc/passwd')", 'False'],
      ["is_link('/nope')", 'False'],
      ["file_hash_match('/etc/motd', 'md5', '0CC175B9C0F1B6A831C399E269772661')", 'True'],
      ["file_hash_match('/etc/motd', 'sha1', '0cc1')", 'False'],
      ["file_hash_match('/etc/motd', 'md4', '0cc1')", 'ERR FUNCTION'],
      ["file_hash_match('/nope', 'md5', '0cc1')", 'ERR FUNCTION'],
      ["grep_file('x', '/etc')", 'ERR FUNCTION'],
      ["parse_json_file('/etc')", 'ERR FUNCTION'],
      ["grep_file('', '/etc/motd')", 'True'],
      ["path_dirname('/a/b')", "'/a'"],
      ["path_dirname('b')", "'.'"],
      ["grep_file('ROOT:', '/etc/passwd')", 'True'],
      ["grep('qemu', '/proc/cpuinfo')", 'True'],
      ["grep_file('/proc/cpuinfo', 'QEMU')", 'False'],
      ["grep_file('bash\nwww', '/etc/passwd')", 'False'],
      ["grep_file('^vendor_id.*Intel$', '/proc/cpuinfo', regexp=True)", 'True'],
      ["grep_file('^VENDOR', '/proc/cpuinfo', regexp=True)", 'False'],
      ["grep_file('(', '/proc/cpuinfo', regexp=True)", 'ERR FUNCTION'],
      ["grep_file('(a)\\\\1', '/proc/cpuinfo', True)", 'ERR FUNCTION'],
      ["grep_file('x' * 513, '/proc/cpuinfo', True)", 'ERR LIMIT'],
      ["parse_json_file('/t.json')['key'][0]", '1'],
      ["parse_json_file('/t.json')['key'][1]['__proto__']", '2'],
      ["parse_json_file('/broken.json')", 'ERR FUNCTION'],
      ["parse_json_file('/big.json')", 'ERR LIMIT'],
      ["parse_json_file('/nope')", 'ERR FUNCTION'],
    ],
  ],
  [
    'the node',
    [
      ["is_in_group('debian')", 'True'],
      ["is_in_group('kv')", 'True'],
      ["is_in_group('redhat')", 'False'],
      ["is_in_static_group('kv')", 'True'],
      ["is_in_static_group('debian')", 'False'],
      ["is_in_detected_group('debian')", 'True'],
      ["is_in_detected_group('kv')", 'False'],
      ["hosting_driver_is_active('ec2')", 'True'],
      ["hosting_driver_is_active('azure')", 'False'],
      ['gossip_get_zone()', "'internet'"],
      ["gossip_get_zone('b')", "'zone-b'"],
      ["gossip_get_zone('zz')", "''"],
      ['gossip_count_nodes()', '4'],
      ["gossip_count_nodes('far', 'alive')", '0'],
      ["gossip_count_nodes('linux')", '2'],
      ["gossip_count_nodes(state='ALIVE')", '2'],
      ["gossip_count_nodes('linux', 'alive')", '1'],
      ["gossip_count_nodes(state='well')", 'ERR FUNCTION'],
      ["gossip_have_event_type('deploy')", 'True'],
      ["gossip_have_event_type('other')", 'False'],
      ["compliance_get_state_of_rule('ssh root')", "'COMPLIANT'"],
      ["compliance_get_state_of_rule('other')", "'UNKNOWN'"],
      ["system_get_os() in ['linux', 'darwin', 'windows', 'freebsd']", 'True'],
      ['system_is_python_2() or not system_is_python_3()', 'False'],
      ['now()', '1700000000'],
    ],
  ],
  [
    'packages and accounts',
    [
      ["has_package('bash')", 'True'],
      ["has_package('nginx')", 'False'],
      ["has_package('libc6')", 'True'],
      ["has_package('nope')", 'False'],
      ["has_package('; rm -rf /')", 'ERR FUNCTION'],
      ["system_user_exists('root')", 'True'],
      ['system_user_exists(33)', 'True'],
      ["system_user_exists('alice')", 'True'],
      ["system_user_exists('bob')", 'False'],
      ["system_group_exists('adm')", 'True'],
      ['system_group_exists(99)', 'False'],
      ["system_userid_from_username('root')", '0'],
      ["system_userid_from_username('alice')", '5001'],
      ["system_userid_from_username('bob')", 'ERR FUNCTION'],
      ['system_username_from_userid(33)', "'www-data'"],
      ["system_groupid_from_groupname('adm')", '4'],
      ['system_groupname_from_groupid(700)', "'staff'"],
    ],
  ],
  [
    'hashes, addresses and chance',
    [
      ["hash('a','md5')", "'0cc175b9c0f1b6a831c399e269772661'"],
      ["len(hash('a', algorithm='sha512'))", '128'],
      ["ip_is_in_range('10.0.0.5','10.0.0.0/8')", 'True'],
      ["ip_is_in_range('11.0.0.5','10.0.0.0/8')", 'False'],
      ["ip_is_in_range('10.0.0.5','0.0.0.0/0')", 'True'],
      ["ip_is_in_range('10.0.0.5','10.0.0.5')", 'True'],
      ["ip_is_in_range('::ffff:10.0.0.5','::ffff:0:0/96')", 'True'],
      ["ip_is_in_range('::1','::/127')", 'True'],
      ["ip_is_in_range('2001:db8::1','2001:db8:0::/48')", 'True'],
      ["ip_is_in_range('10.0.0.300','10.0.0.0/8')", 'ERR FUNCTION'],
      ["ip_is_in_range('10.0.0.1','10.0.0.0/33')", 'ERR FUNCTION'],
      ["ip_is_in_range('1::2::3','::/0')", 'ERR FUNCTION'],
      ["check_tcp('db', 5432)", 'True'],
      ["check_tcp('db', 5433, timeout=1)", 'False'],
      ["check_tcp('db', 0)", 'ERR FUNCTION'],
      ["check_tcp('db', 65536)", 'ERR FUNCTION'],
      ["check_tcp('db', 5432, timeout=0)", 'ERR FUNCTION'],
      ["host_to_ip('db')", "'10.0.0.7'"],
      ["host_to_ip('nobody')", "''"],
      ["ip_to_host('10.0.0.7')", "'db'"],
      ["ip_to_host('10.0.0.9')", "''"],
      ["ip_to_host('db')", 'ERR FUNCTION'],
      ['0 <= random() < 1', 'True'],
      ['randomint_between(3,3)', '3'],
      ['1 <= randomint_between(1,6) <= 6', 'True'],
      ['randomint_between(4,3)', 'ERR FUNCTION'],
      ['sorted(shuffle([3,1,2]))', '[1, 2, 3]'],
      ["get_env('OPSBRO_TEST_NOT_SET')", "''"],
      ["get_env('PATH') != ''", 'True'],
    ],
  ],
];

describe.each(ROWS)('%s', (_, rows) => {
  test.each(rows)('%s is %s', async (text, expected) => {
    expect(await shown(text, around)).toBe(expected);
  });
});

test('a variable that is likely to hold a secret is always empty', async () => {
  vi.stubEnv('OPSBRO_TEST_TOKEN', 'hunter2');
  expect(await shown("get_env('OPSBRO_TEST_TOKEN')")).toBe("''");
  vi.unstubAllEnvs();
});

test('a port that does not answer is given up before the evaluation is', async () => {
  let waited = 0;
  const silent = {
    ...fakeHost(),
    connect: ({ timeoutMs }: { readonly timeoutMs: number }) => {
      waited = timeoutMs;
      return Promise.reject(new Error('ETIMEDOUT'));
    },
  };
  expect(await shown("check_tcp('10.255.255.1', 9, timeout=60)", { host: silent })).toBe('False');
  expect(waited).toBe(14_000);
});

const NO_FILE = { isLink: false, bytes: 0, modifiedMs: 0, owner: 0, mode: 0o600, isSticky: false };

test('a device is not opened to look into it', async () => {
  const device = {
    ...fakeHost(),
    stat: async () => ({ ...NO_FILE, kind: 'device' as const }),
    readFile: () => Promise.reject(new Error('opened')),
  };
  expect(await evaluate("grep_file('x', '/dev/watchdog')", { host: device })).toMatchObject({
    code: 'FUNCTION',
    message: '/dev/watchdog is not a regular file',
  });
});

test.each(['constructor', '__proto__', 'toString'])('there is no variable %s in the environment', async (name) => {
  expect(await shown(`get_env('${name}')`)).toBe("''");
});

describe('a file that is searched in pieces, so that others get their turn', () => {
  const dots = '.'.repeat(70_000);
  const files = { '/hay': `${'.'.repeat(65_533)}NEEDLE\n${dots}\nneeedle`, '/one-line': 'a'.repeat(300_000) };
  const searched = fakeHost({ files, clock: systemClock });

  test.each([
    ["grep_file('needle', '/hay')", 'True'],
    ["grep_file('needles', '/hay')", 'False'],
    ["grep_file('ne+dle', '/hay', regexp=True)", 'True'],
    ["grep_file('(a{1,500}b)|(a{1,400}c)', '/one-line', regexp=True)", 'False'],
  ])('%s is %s', async (text, expected) => {
    expect(await shown(text, { host: searched })).toBe(expected);
  });
});

test('a donut holds its number', async () => {
  const outcome = await evaluate('get_donut(50.7)');
  expect(outcome).toMatchObject({
    text: [' ⢀⣤⣶⣿⣿⣿⣷⣦⣄', '⢰⣿⣿⣿⠿⠛⠻⢿⣿⣿⣷', '⣿⣿⣿⠃ 50 ⢻⣿⣿⡇', '⢿⣿⣿⣆ % ⢀⣾⣿⣿⠇', '⠘⢿⣿⣿⣿⣶⣾⣿⣿⣿⠟', '  ⠙⠿⣿⣿⣿⡿⠟⠁'].join('\n'),
  });
});

/** The signs of a text that do not have the grey of the empty part. */
const paintedSigns = (text: string): number => (text.match(/\[38;5;(?!240m)/g) ?? []).length;

test('a coloured donut is filled clockwise', async () => {
  const painted = async (value: number) => {
    const outcome = await evaluate(`get_donut(${value})`, { style: 'colored' });
    return outcome.type === 'value' ? paintedSigns(outcome.text) : -1;
  };
  const [none, half, full] = [await painted(0), await painted(50), await painted(100)];
  expect([none, Math.round((10 * half) / full)]).toEqual([0, 5]);
});

test('colours are shown where they can be', async () => {
  expect(await shown("colorize('x', 1)", { style: 'colored' })).toBe("'\\x1b[38;5;196mx\\x1b[0m'");
});

describe.each([...functions.values()])('$name', ({ description, options, parameters }) => {
  test('says in one sentence what it is for', () => {
    expect(description).toMatch(/^[A-Z].{10,100}\.$/);
  });

  test('documents every argument, the needed ones first', () => {
    const { properties = {} } = z.toJSONSchema(options, { io: 'input' });
    for (const [name, argument] of Object.entries(properties)) expect(argument, name).toHaveProperty('description');
    expect(Object.keys(properties)).toEqual(parameters.map(({ name }) => name));
    const needed = parameters.map(({ isRequired }) => isRequired);
    expect(needed).toEqual([...needed].sort((a, b) => Number(b) - Number(a)));
  });
});
