import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startServer } from './server.ts';

/** A real Postfix with a spool of its own, which can deliver nothing. Needs root. */
export interface MailServer extends Server {
  readonly spool: string;
  /** Hands a mail in, as programs of this machine do. */
  send(to: string): void;
}

/** Directory of the programs of Postfix. */
const DAEMONS = '/usr/lib/postfix/sbin';

/** Name, whether it is private, whether it runs without rights, and when and how often it runs. */
const SERVICES = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
`;

/** Starts a Postfix whose mails all end up deferred, as nobody listens where they are to go. */
export async function startPostfix(postfix: string): Promise<MailServer> {
  const server = await startServer(({ folder }) => {
    const conf = join(folder, 'conf');
    for (const name of ['conf', 'spool', 'data']) mkdirSync(join(folder, name));
    writeFileSync(join(conf, 'main.cf'), settings(folder));
    writeFileSync(join(conf, 'master.cf'), SERVICES);
    spawnSync('chown', ['postfix', join(folder, 'data')]);
    // Makes the directories of the queues.
    execFileSync(postfix, ['-c', conf, 'check'], { stdio: 'ignore' });
    return {
      argv: [`${DAEMONS}/master`, '-c', conf, '-d'],
      answers: async () => readdirSync(join(folder, 'spool/public')).includes('pickup'),
    };
  });
  const send = (to: string) =>
    void execFileSync('/usr/sbin/sendmail', ['-C', join(server.folder, 'conf'), '-f', 'from@test.invalid', to], {
      input: 'hello\n',
      stdio: 'pipe',
    });
  return Object.assign(server, { spool: join(server.folder, 'spool'), send });
}

const settings = (folder: string): string => `compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = ${DAEMONS}
mail_owner = postfix
setgid_group = postdrop
myhostname = test.invalid
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:1
maillog_file =
alias_maps =
smtputf8_enable = no
`;
