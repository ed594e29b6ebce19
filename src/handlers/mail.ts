import type { SendMailOptions } from 'nodemailer';
import { messageOf as sentenceOf } from '../base/errors.ts';
import type { Alert, Message } from '../model/alert.ts';
import { type Delivery, type Desk, Undeliverable } from '../plugins/delivery.ts';
import { defineHandler } from '../plugins/kinds.ts';
import { MailOptions } from './support/mail-options.ts';
import { isForGood, MailServers } from './support/mail-server.ts';
import { mailWords } from './support/mail-words.ts';
import { Recent } from './support/recent.ts';
import { oneLine } from './support/words.ts';

const MOST_REMEMBERED = 2_000;

export default defineHandler({
  name: 'mail',
  description: 'Sends mails, worded by templates.',
  options: MailOptions,

  configure(options) {
    const post = new Post(options);
    return {
      notify: (message, _, desk) => post.send(message, desk),
      close: () => post.close(),
    };
  },
});

/** Mails to the contacts of one handler. */
class Post {
  readonly #options: MailOptions;
  readonly #servers: MailServers;
  /** Contacts that have a mail already whose others are to be tried again, by message. */
  readonly #reached = new Recent<ReadonlySet<string>>(MOST_REMEMBERED);
  /** The first mail of each incident, by alert. */
  readonly #first = new Recent<string>(MOST_REMEMBERED);

  constructor(options: MailOptions) {
    this.#options = options;
    this.#servers = new MailServers(options);
  }

  async send(message: Message, desk: Desk): Promise<Delivery | undefined> {
    const { addr_from, contacts, separate } = this.#options;
    const words = await mailWords(message, this.#options, desk);
    const mail = { from: addr_from, ...words, ...this.#marks(message) };
    const refused: string[] = [];
    for (const to of separate ? contacts.map((one) => [one]) : [contacts]) {
      refused.push(...(await this.#deliver({ ...mail, to }, { message, to, desk })));
    }
    this.#reached.delete(message.id);
    return refused.length === 0 ? undefined : { remark: `refused by the server: ${refused.join(', ')}` };
  }

  close(): void {
    this.#servers.close();
  }

  /** Answers with the addresses that the server refused. */
  async #deliver(
    mail: SendMailOptions,
    { message, to, desk }: { readonly message: Message; readonly to: readonly string[]; readonly desk: Desk },
  ): Promise<readonly string[]> {
    const reached = this.#reached.get(message.id) ?? new Set();
    if (to.every((contact) => reached.has(contact))) return [];
    try {
      const { rejected } = await this.#servers.send(mail, desk.host);
      this.#reached.set(message.id, new Set([...reached, ...to]));
      return rejected;
    } catch (error) {
      if (!isForGood(error)) throw error;
      // Of several mails one may be refused for good while others are taken.
      if (this.#options.separate && to.length < this.#options.contacts.length) return to;
      throw new Undeliverable(sentenceOf(error), { cause: error });
    }
  }

  /** Headers that tell programs what it is and which mails belong together. */
  #marks({ id, alerts, sender }: Message): SendMailOptions {
    const [alert] = alerts;
    const place = `@${idPart(sender.name)}>`;
    const messageId = `<${idPart(id)}${place}`;
    const headers = { 'Auto-Submitted': 'auto-generated', 'X-Opsbro-Node': oneLine(sender.name) };
    if (alert === undefined || alerts.length > 1) return { messageId, headers };
    return { messageId, headers: { ...headers, ...marksOf(alert) }, ...this.#thread(alert, messageId, place) };
  }

  /** All mails of an incident refer to one name that a restart does not change, and later ones to the first of them. */
  #thread({ id }: Alert, messageId: string, place: string): SendMailOptions {
    const root = `<${idPart(id)}${place}`;
    const first = this.#first.get(id);
    if (first === undefined) this.#first.set(id, messageId);
    if (first === undefined || first === messageId) return { references: [root] };
    return { inReplyTo: first, references: [root, first] };
  }
}

const marksOf = ({ node, name, state, id }: Alert) => ({
  'X-Opsbro-Node': oneLine(node.name),
  'X-Opsbro-Check': oneLine(name),
  'X-Opsbro-State': oneLine(state),
  'X-Opsbro-Alert': oneLine(id),
});

/** A part of the name of a mail, whatever characters it came with. */
const idPart = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '-');
