import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail that was taken: who it is from and for, and its text with headers, lines folded back. */
interface TakenMail {
  readonly to: readonly string[];
  readonly text: string;
  readonly isSecure: boolean;
  readonly user: string;
}

interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly TakenMail[];
}

interface Given extends SMTPServerOptions {
  /** What is said of a recipient instead of yes: code and text. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** What is said of the data, one after the other, instead of yes; empty for yes. */
  readonly refuseData?: readonly string[];
}

/** A real mail server on loopback. Without anything else given it knows neither TLS nor logins. */
export async function mailServer({ refuse = {}, refuseData = [], ...options }: Given = {}): Promise<MailServer> {
  const mails: TakenMail[] = [];
  let asked = 0;
  const server = new SMTPServer({
    disabledCommands: [...(options.cert || options.secure ? [] : ['STARTTLS']), ...(options.onAuth ? [] : ['AUTH'])],
    ...options,
    onRcptTo({ address }, _, done) {
      done(refuse[address] === undefined ? null : refusal(refuse[address]));
    },
    onData(stream, { envelope, secure, user }, done) {
      let text = '';
      stream.on('data', (piece: Buffer) => (text += piece.toString()));
      stream.on('end', () => {
        const no = refuseData[asked++];
        if (no) return done(refusal(no));
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: text.replace(/\r\n[ \t]+/g, ' '), isSecure: secure, user: String(user ?? '') });
        done();
      });
    },
  });
  // Clients that do not like us hang up; that is what some tests are about.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(said: string): Error {
  const [code = '550', ...words] = said.split(' ');
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) });
}
