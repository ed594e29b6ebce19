import { z } from 'zod';
import type { Host } from '../../net/host.ts';
import { readNeeded } from '../../plugins/files.ts';
import { type Place, waysTo } from './conversation.ts';
import type { MysqlLogin } from './mysql-client.ts';
import { portOption, textOption } from './options.ts';
import { tlsFields, trustIn } from './tls.ts';

/** Where a server of MySQL is and who asks it. */
export const mysqlServer = z.object({
  server: textOption('127.0.0.1', 'Name or address of the server.'),
  port: portOption(3306),
  socket: textOption(
    '/var/lib/mysql/mysql.sock',
    'Path of its unix socket; tried first when it is there and the server is this machine.',
  ),
  user: textOption('root', 'Who logs in; the right USAGE is enough.'),
  password: textOption('', 'Password of that user.'),
  ...tlsFields,
  defaults_file: textOption('', 'Option file whose section `[client]` counts instead of the parameters it names.'),
});

export type MysqlServer = z.output<typeof mysqlServer>;

/** The ways to a server and who goes them. Throws `NotEligible` when the option file cannot be read. */
export async function mysqlWays(
  host: Host,
  written: MysqlServer,
): Promise<{ readonly places: readonly Place[]; readonly login: MysqlLogin }> {
  const file = written.defaults_file === '' ? undefined : await readNeeded(host, written.defaults_file);
  const { user, password, server, port, socket } = { ...written, ...(file !== undefined && clientOptions(file)) };
  const trust = await trustIn(host, written);
  return { places: await waysTo(host, { server, port, socket }), login: { user, password, server, trust } };
}

const NAMES = new Map<string, keyof MysqlServer>([
  ['host', 'server'],
  ['port', 'port'],
  ['socket', 'socket'],
  ['user', 'user'],
  ['password', 'password'],
]);

/** What the section `[client]` of an option file says of server and user. */
export function clientOptions(file: string): Partial<MysqlServer> {
  const options: [string, string | number][] = [];
  let section = '';
  for (const line of file.split('\n').map((each) => each.trim())) {
    const heading = /^\[(.+)\]$/.exec(line)?.[1];
    if (heading !== undefined) section = heading;
    const [, written = '', value = ''] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    const name = NAMES.get(written);
    if (section !== 'client' || name === undefined) continue;
    const text = unquoted(value);
    if (name !== 'port') options.push([name, text]);
    else if (/^\d{1,5}$/.test(text)) options.push([name, Number(text)]);
  }
  return Object.fromEntries(options);
}

/** Without the quotes around it, or the comment after it. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1\s*(#.*)?$/.exec(value)?.[2];
  return quoted ?? value.replace(/\s+#.*$/, '');
}
