import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, pageIs, type Server, startServer } from './server.ts';

/** A real nginx with its page of stub_status at `/nginx_status`, a page that needs a login at `/closed` and one that fails at `/fail`. */
export const startNginx = (program: string): Promise<Server> =>
  startServer(({ folder, port }) => {
    mkdirSync(join(folder, 'temp'));
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/temp;`,
    );
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `${isRoot ? 'user root;' : ''} pid ${folder}/nginx.pid; error_log ${folder}/error.log; daemon off; worker_processes 1;
      events { worker_connections 64; }
      http { access_log off; ${temp.join(' ')}
        server { listen 127.0.0.1:${port};
          location = /nginx_status { stub_status; }
          location = /closed { return 403; }
          location = /fail { return 500; }
          location = / { return 200 'hello'; } } }`,
    );
    return {
      argv: [program, '-e', `${folder}/error.log`, '-p', folder, '-c', file],
      answers: () => pageIs(`http://127.0.0.1:${port}/nginx_status`, 200),
    };
  });
