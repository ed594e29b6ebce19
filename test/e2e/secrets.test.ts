import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request, sendRaw } from '../http/raw-client.ts';
import { agents, type RunningAgent } from '../support/agent.ts';

const pool = agents();
let agent: RunningAgent;
let made = '';

/** Every one of these is a word that stands nowhere else. */
const PLANTED = {
  slackToken: 'xoxb-planted-slack-1',
  handlerToken: 'xoxb-planted-slack-2',
  smtpPassword: 'planted-smtp-3',
  databasePassword: 'planted-database-4',
  variable: 'planted-variable-5',
  environment: 'planted-environment-6',
  file: 'planted-file-7',
  uri: 'planted-uri-8',
  store: 'planted-store-9',
  // 24 bytes in base64, as a key has to be.
  zoneKey: 'cGxhbnRlZHpvbmVrZXkwMTIzNDU2Nzg5',
  header: 'planted-header-10',
  // Refers to another place, below a name that tells nothing, within a list.
  receiver: 'planted-receiver-11',
} as const;

const SETTINGS = (home: string) => `
log_level: DEBUG
groups: [slack, mail, kv]
kv: { etcd: { password: ${PLANTED.store} } }
prometheus:
  remote_write:
    - url: http://127.0.0.1:9/write
      headers: { X-Scope: "\${env:PLANTED_SCOPE}", Authorization: Bearer ${PLANTED.header} }
      basic_auth: { username: ops, password: ${PLANTED.store} }
variables:
  db_password: ${PLANTED.variable}
  api_token: "\${env:PLANTED_TOKEN}"
  smtp_secret: "\${file:${home}/secret}"
  proxy: http://user:${PLANTED.uri}@127.0.0.1:9/
handler: { id: ops, type: slack, token: ${PLANTED.handlerToken}, channel: "#ops", severities: [critical] }
check:
  if_group: "*"
  http: { url: "http://user:${PLANTED.uri}@127.0.0.1:9/", headers: { authorization: Bearer ${PLANTED.header} } }
  interval: 1s
`;

beforeAll(async () => {
  agent = pool.start('n1', {
    OPSBRO_WATCH: 'false',
    PLANTED_TOKEN: PLANTED.environment,
    PLANTED_SCOPE: PLANTED.receiver,
  });
  const put = (path: string, text: string) => {
    const file = join(agent.home, path);
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, text);
    chmodSync(file, 0o600);
  };
  put('secret', `${PLANTED.file}\n`);
  put('etc/agent.yml', SETTINGS(agent.home));
  put('etc/zone_keys/internet.gossip.key', `${PLANTED.zoneKey}\n`);
  const parameters = (pack: string, text: string) => put(`data/local-configuration/parameters/${pack}.yml`, text);
  parameters('slack', `token: ${PLANTED.slackToken}\n`);
  parameters('mail', `enabled: true\nuser: ops\npassword: ${PLANTED.smtpPassword}\ncontacts: [ops@localhost]\n`);
  for (const pack of ['mysql', 'postgres', 'redis']) parameters(pack, `password: ${PLANTED.databasePassword}\n`);
  await agent.ready();
  made = (await agent.opsbro('token', 'create', 'ci')).stdout.trim();
}, 60_000);

afterAll(() => pool[Symbol.asyncDispose]());

/** What stands in a text of what was planted. */
const leaksIn = (text: string): string[] =>
  [...Object.values(PLANTED), made].filter((secret) => text.includes(secret) || text.includes(btoa(secret)));

/** Names that routes know, or parts of them. */
const NAMES = [
  ...['self', 'n1', 'local/agent', 'ops', 'slack', 'mail', 'mysql', 'redis', 'postgres', 'internet', 'zone_keys'],
  ...['handlers', 'variables', 'variables.db_password', 'variables.api_token', 'kv', 'kv.etcd.password', 'linux'],
];
/** These go on for as long as somebody listens. */
const ENDLESS = /follow|^\/kv-changes/;

interface Listed {
  readonly routes: string;
  readonly method: string;
}

async function targets(): Promise<string[]> {
  const listed = JSON.parse((await ask('/api')).body) as Listed[];
  const reads = listed.filter(({ routes, method }) => method === 'GET' && !ENDLESS.test(routes));
  return reads.flatMap(({ routes }) =>
    routes.includes(':') ? NAMES.map((name) => routes.replace(/:\w+/g, name)) : [routes],
  );
}

const ask = (target: string) => sendRaw({ path: join(agent.home, 'data/opsbro.sock') }, request(`GET ${target}`));

test('no route of the API shows a secret, to whoever may do everything', async () => {
  const all = await targets();
  const answers = await Promise.all(all.map(async (target) => [target, (await ask(target)).body] as const));

  expect(all.length).toBeGreaterThan(300);
  expect(answers.flatMap(([target, body]) => leaksIn(body).map((secret) => `${target}: ${secret}`))).toEqual([]);
  const bodies = answers.map(([, body]) => body).join('\n');
  // What was planted was read: it is the agent that keeps it back.
  for (const word of ['db_password', '******', 'ops']) expect(bodies).toContain(word);
});

test('no command shows a secret', async () => {
  const lines = [
    'agent info --show-logs',
    'agent parameters show',
    'config show',
    'packs show mysql',
    'handlers list',
    'token list',
    'check show local/agent',
    'gossip keyring list',
  ];

  const printed = await Promise.all(lines.map(async (line) => [line, await agent.opsbro(...line.split(' '))] as const));
  for (const [line, { stdout, stderr }] of printed) expect([line, leaksIn(stdout + stderr)]).toEqual([line, []]);
});

test('the log has no secret, at its most talkative, and the list of processes has none', () => {
  expect(agent.printed).toContain('[DEBUG]');
  expect(leaksIn(agent.printed)).toEqual([]);
  expect(leaksIn(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8'))).toEqual([]);
  for (const child of childrenOf(agent.pid))
    expect(leaksIn(readFileSync(`/proc/${child}/cmdline`, 'utf8'))).toEqual([]);
});

test('a token that was made is kept nowhere', () => {
  const state = join(agent.home, 'data/state');

  expect(made).toMatch(/^opsbro_/);
  for (const name of readdirSync(state)) expect(readFileSync(join(state, name), 'latin1')).not.toContain(made);
});

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child.trim() !== '');
