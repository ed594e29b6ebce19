import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, pageIs, type Server, startServer } from './server.ts';

interface Setting {
  readonly extended: 'On' | 'Off';
  /** Who may see the status; everybody when left out. */
  readonly login?: { readonly user: string; readonly password: string };
}

const MODULES = '/usr/lib/apache2/modules';
const LOADED = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'status'];

/** A real Apache with the page of mod_status at `/server-status`. */
export const startApache = (program: string, { extended, login }: Setting): Promise<Server> =>
  startServer(({ folder, port }) => {
    const file = join(folder, 'apache.conf');
    mkdirSync(join(folder, 'www'));
    if (login) {
      const digest = createHash('sha1').update(login.password).digest('base64');
      writeFileSync(join(folder, 'users'), `${login.user}:{SHA}${digest}\n`);
    }
    const access = login
      ? `AuthType Basic\nAuthName status\nAuthUserFile ${folder}/users\nRequire valid-user`
      : 'Require all granted';
    writeFileSync(
      file,
      [
        ...LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
        `ServerRoot ${folder}\nServerName localhost\nListen 127.0.0.1:${port}\nPidFile ${folder}/httpd.pid`,
        `DefaultRuntimeDir ${folder}\nMutex file:${folder} default\nErrorLog ${folder}/error.log`,
        ...(isRoot ? ['User www-data\nGroup www-data'] : []),
        `StartServers 1\nServerLimit 1\nThreadsPerChild 10\nMaxRequestWorkers 10\nMinSpareThreads 1\nMaxSpareThreads 10`,
        `ExtendedStatus ${extended}\nDocumentRoot ${folder}/www`,
        `<Location />\nRequire all granted\n</Location>`,
        `<Location /server-status>\nSetHandler server-status\n${access}\n</Location>\n`,
      ].join('\n'),
    );
    return {
      argv: [program, '-f', file, '-DFOREGROUND'],
      answers: () => pageIs(`http://127.0.0.1:${port}/server-status?auto`, login ? 401 : 200),
    };
  });
