import { localTime } from '../../base/local-time.ts';
import type { Alert, AlertKind, Message } from '../../model/alert.ts';
import { withoutControls } from '../../model/plugin-output.ts';
import type { Desk } from '../../plugins/delivery.ts';
import type { Worded, Wording } from '../../templates/templates.ts';
import type { MailOptions } from './mail-options.ts';
import { subjectOf } from './subject.ts';
import { oneLine, titled } from './words.ts';

/** What a mail says. */
export interface MailWords {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

type Topic = 'check' | 'group' | 'compliance' | 'node' | 'digest';

const TOPICS: Readonly<Partial<Record<AlertKind, Topic>>> = {
  group: 'group',
  compliance: 'compliance',
  node: 'node',
  zone: 'node',
};

/** Words a message by the templates; where one of them fails the words are ours, and the last line names the error. */
export async function mailWords(message: Message, options: MailOptions, { word }: Desk): Promise<MailWords> {
  const wordings = wordingsOf(message, options);
  const worded = await word(wordings, subjectOf(message));
  const [subject, text, html] = worded;
  const faults = worded.flatMap((each, at) => faultOf(each, wordings[at]?.file ?? ''));
  const body = [marked(message), textIn(text) ?? plainText(message), ...faults.map((fault) => `Template: ${fault}`)];
  const page = html?.type === 'text' && textIn(text) !== undefined ? html.text : undefined;
  return {
    subject: oneLine(titled(message, textIn(subject) ?? plainSubject(message))),
    text: `${body
      .filter((part) => part !== '')
      .join('\n')
      .trimEnd()}\n`,
    ...(page !== undefined && { html: page }),
  };
}

/** Names of the files that are shipped; a pack of the original has only some of them. */
const SHIPPED = /^mail-\w+-(?:subject|text|html)\.tpl$/;

function faultOf(worded: Worded, file: string): string[] {
  if (worded.type === 'failed') return [worded.message];
  return worded.type === 'absent' && !SHIPPED.test(file) ? [`there is no file ${file} in the templates`] : [];
}

function wordingsOf({ alerts }: Message, options: MailOptions): Wording[] {
  const topic = alerts.length > 1 ? 'digest' : (TOPICS[alerts[0]?.kind ?? 'check'] ?? 'check');
  const { subject_template, text_template } = options;
  const own = topic === 'check' ? { subject: subject_template, text: text_template } : {};
  const wordings: Wording[] = [
    { file: own.subject ?? options[`${topic}_subject_template`], form: 'text' },
    { file: own.text ?? options[`${topic}_text_template`], form: 'text' },
  ];
  return options.html ? [...wordings, { file: options[`${topic}_html_template`], form: 'html' }] : wordings;
}

const textIn = (worded: Worded | undefined): string | undefined => (worded?.type === 'text' ? worded.text : undefined);

const marked = ({ isTest, sender }: Message): string =>
  isTest ? `This is a TEST of the way from ${sender.name} to you; nothing has happened.\n` : '';

function plainSubject({ alerts, more }: Message): string {
  const [first] = alerts;
  const count = alerts.length + more;
  if (!first) return 'no alerts';
  return count > 1 ? `${count} alerts on ${first.node.name}` : lineOf(first);
}

const lineOf = ({ name, displayName, state, node }: Alert): string =>
  `${state.toUpperCase()} ${name === '' ? displayName : name} on ${node.name}`;

function plainText({ alerts, more, at }: Message): string {
  const lines = alerts.map((alert) => `${lineOf(alert)}: ${withoutControls(alert.output)}`);
  return [localTime(at), ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
