import type { MessageAttachment } from '@slack/web-api';
import { localTime } from '../../base/local-time.ts';
import type { Alert, AlertKind, Message } from '../../model/alert.ts';
import type { CheckState } from '../../model/check.ts';
import { withoutControls } from '../../model/plugin-output.ts';
import { oneLine, titled } from './words.ts';

/** What is posted: a line for notifications, and a block for each alert. */
export interface SlackWords {
  readonly text: string;
  readonly attachments: MessageAttachment[];
}

const LONGEST_OUTPUT = 2_900;
/** Slack shows more of them only on demand. */
const MOST_ATTACHMENTS = 20;

const COLORS: Readonly<Record<CheckState, string>> = {
  ok: 'good',
  warning: 'warning',
  critical: 'danger',
  unknown: '#764FA5',
};
const GREY = '#cccccc';
const COMPLIANCE_COLORS: ReadonlyMap<string, string> = new Map([
  ['compliant', 'good'],
  ['error', 'danger'],
  ['fixed', '#cde6ff'],
  ['running', '#221220'],
]);

/** Words a message. Nothing that was printed by others can be a link, a mention or a format beyond its own block. */
export function slackWords(message: Message): SlackWords {
  const { alerts, more } = message;
  const [first] = alerts;
  const count = alerts.length + more;
  const line = first && count === 1 ? lineOf(first) : `${count} alerts on ${placesOf(alerts)}`;
  const shown = alerts.slice(0, MOST_ATTACHMENTS);
  const hidden = count - shown.length;
  return {
    text: titled(message, line),
    attachments: [...shown.map((alert) => attachmentOf(alert, message)), ...(hidden > 0 ? [note(hidden)] : [])],
  };
}

const placesOf = (alerts: readonly Alert[]): string => {
  const names = [...new Set(alerts.map(({ node }) => node.name))];
  return names.length === 1 ? plain(names[0] ?? '') : `${names.length} nodes`;
};

const note = (count: number): MessageAttachment => ({
  color: GREY,
  fallback: `and ${count} more`,
  text: `and ${count} more`,
});

function lineOf(alert: Alert): string {
  const { kind, name, displayName, node, state, severity, output } = alert;
  const title = plain(displayName === '' ? name : displayName);
  if (kind === 'group') return `The group ${plain(name)} was ${severity === 'ok' ? 'add' : 'remove'}`;
  if (kind === 'compliance') {
    const states = [alert.oldState, state].map((each) => plain(each.toUpperCase()));
    return `The compliance ${title} did change state from ${states[0]} to ${states[1]}`;
  }
  if (kind === 'node') return `Node ${plain(node.name)} is ${plain(state)}`;
  const said = plain(output.split('\n', 1)[0] ?? '');
  return `${plain(state.toUpperCase())} ${name === '' ? title : plain(name)} on ${plain(node.name)}: ${said}`;
}

function colorOf({ kind, severity, state }: Alert): string {
  if (kind === 'compliance') return COMPLIANCE_COLORS.get(state.toLowerCase()) ?? GREY;
  if (kind === 'group') return severity === 'ok' ? 'good' : 'danger';
  return COLORS[severity];
}

const FIELD_NAMES: Readonly<Partial<Record<AlertKind, string>>> = { group: 'Group', compliance: 'Compliance' };

/** What it is about: the check, or as the original names groups and rules. */
function aboutOf({ kind, name, displayName, severity }: Alert): string {
  const title = plain(displayName === '' ? name : displayName);
  const label = FIELD_NAMES[kind];
  if (kind === 'group') return `*${label}:${severity === 'ok' ? 'add' : 'remove'}*\n${plain(name)}`;
  return label === undefined ? `*Check*\n${title}` : `*${label}:${title}*\n${plain(name)}`;
}

function attachmentOf(alert: Alert, { sender, at }: Message): MessageAttachment {
  const { node, oldState, state, started, url, why } = alert;
  const shownName = node.displayName === '' ? '' : ` [${plain(node.displayName)}]`;
  const address = node.address === '' ? '' : ` (${plain(node.address)})`;
  const fields = [
    `*Node*\n${plain(node.name)}${address}${shownName}`,
    ...(alert.kind === 'node' || alert.kind === 'zone' ? [] : [aboutOf(alert)]),
    `*State*\n${plain(oldState)} → ${plain(state)}`,
    `*Since*\n${localTime(started)}`,
  ];
  const footer = [
    `Send by OpsBro on ${plain(sender.name)}, ${localTime(at)}`,
    ...(url === '' ? [] : [`<${plain(url)}|more>`]),
  ];
  return {
    color: colorOf(alert),
    fallback: lineOf(alert),
    blocks: [
      { type: 'section', text: mrkdwn(outputOf(why === '' ? alert.output : `${why}\n${alert.output}`.trim())) },
      { type: 'section', fields: fields.map(mrkdwn) },
      { type: 'context', elements: [mrkdwn(footer.join(' - '))] },
    ],
  };
}

function outputOf(output: string): string {
  // A cut within `&amp;` would show as what it is not.
  const text = escaped(withoutControls(output))
    .slice(0, LONGEST_OUTPUT)
    .replace(/&[a-z]*$/, '');
  return text.includes('\n') ? `\`\`\`${text.replaceAll('```', "'''")}\`\`\`` : text;
}

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text: text === '' ? '(no output)' : text }) as const;

const plain = (text: string): string => escaped(oneLine(text));

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
