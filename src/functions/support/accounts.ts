import { fault } from '../../expressions/fault.ts';
import type { FunctionScope } from '../../plugins/function.ts';

/** A user or group of the system. */
interface Account {
  readonly name: string;
  readonly id: number;
}

type Database = 'passwd' | 'group';

const LIMIT_MS = 5_000;

/** The user or group of a name or number: from the files, then from whatever else the system asks; `undefined` when there is none. */
export async function findAccount(
  database: Database,
  key: string | number,
  scope: FunctionScope,
): Promise<Account | undefined> {
  const file = await scope.host.readFile(`/etc/${database}`).catch(() => '');
  return accountIn(file, key) ?? accountIn(await askSystem(database, key, scope), key);
}

/** As `findAccount`. Throws FUNCTION when there is none. */
export async function needAccount(database: Database, key: string | number, scope: FunctionScope): Promise<Account> {
  const account = await findAccount(database, key, scope);
  if (account) return account;
  throw fault('FUNCTION', `no ${database === 'passwd' ? 'user' : 'group'} ${JSON.stringify(key)} is known`);
}

function accountIn(lines: string, key: string | number): Account | undefined {
  for (const line of lines.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    const isMeant = typeof key === 'number' ? id === String(key) : name === key && name !== '';
    if (isMeant && /^\d+$/.test(id)) return { name, id: Number(id) };
  }
  return undefined;
}

/** Directory services are asked by getent, where there is one. */
async function askSystem(database: Database, key: string | number, { host, signal }: FunctionScope): Promise<string> {
  const command = { argv: ['getent', database, '--', String(key)] as const, timeoutMs: LIMIT_MS };
  return host.run(command, signal).then(
    ({ exit, stdout }) => (exit === 0 ? stdout : ''),
    () => '',
  );
}
