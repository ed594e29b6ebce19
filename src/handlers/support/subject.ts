import { shortAge } from '../../base/duration.ts';
import { localTime } from '../../base/local-time.ts';
import type { Alert, Message } from '../../model/alert.ts';
import { alertRecord } from '../../model/alert-record.ts';
import { withoutControls } from '../../model/plugin-output.ts';
import type { Subject } from '../../templates/templates.ts';

/** What templates are given of a message; of several alerts the first is the one that the single names speak of. */
export function subjectOf(message: Message): Subject {
  const { alerts, action, group, more, sender, isTest, at } = message;
  const [alert] = alerts;
  const variables = {
    action,
    alerts: alerts.map((each) => ({ ...alertRecord(each), ...titlesOf(each) })),
    agent: { name: sender.name, version: sender.version, zone: sender.zone },
    count: alerts.length + more,
    more,
    grouped_by: Object.fromEntries(group),
    nodes: [...new Set(alerts.map(({ node }) => node.name))],
    is_test: isTest,
    _time: localTime(at),
    ...(alert && variablesOf(alert, at)),
  };
  return { variables: cleaned(variables) as Subject['variables'], methods: alert ? methodsOf(alert) : {} };
}

function variablesOf(alert: Alert, at: number) {
  const { node, kind, name, state, severity, url, started } = alert;
  return {
    alert: alertRecord(alert),
    node: {
      name: node.name,
      display_name: node.displayName,
      addr: node.address,
      zone: node.zone,
      groups: node.groups,
      uuid: node.uuid,
    },
    check: checkOf(alert),
    group: kind === 'group' ? name : '',
    group_modification: severity === 'ok' ? 'add' : 'remove',
    service: kind === 'service' || kind === 'zone_service' ? name : '',
    zone: node.zone,
    state,
    duration: shortAge(at - started),
    since: localTime(started),
    url,
  };
}

function checkOf(alert: Alert) {
  const { name, displayName, state, oldState, stateId, output, longOutput, perfdata, pack, updated, runbook } = alert;
  const { attempts, notes = '' } = alert;
  return {
    name: name === '' ? displayName : name,
    display_name: displayName,
    state,
    old_state: oldState,
    state_id: stateId,
    output,
    long_output: longOutput,
    perfdata,
    pack_name: pack,
    last_check: updated / 1_000,
    runbook,
    // Without a value, a template that shows them would be warned of.
    attempt: attempts?.count ?? '',
    max_attempts: attempts?.needed ?? '',
    notes,
  };
}

const titlesOf = ({ name, displayName, node }: Alert) => ({
  title: name === '' ? displayName : name,
  node_name: node.name,
});

/** As the compliance rules of the original answer, whose states are written in capitals. */
const methodsOf = ({ name, displayName, state, oldState }: Alert): Subject['methods'] => ({
  compliance: cleaned({
    get_name: displayName === '' ? name : displayName,
    get_state: state.toUpperCase(),
    get_old_state: oldState.toUpperCase(),
  }) as Readonly<Record<string, string>>,
});

/** Texts that may have several lines; all others are names. */
const LONG = new Set(['output', 'long_output', 'comment', 'runbook', 'notes', 'why']);

/** The same without escape sequences and control characters in any text, and names on one line. */
function cleaned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return withoutControls(LONG.has(key) ? value : value.replace(/\s+/g, ' '));
  if (Array.isArray(value)) return value.map((each) => cleaned(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cleaned(each, name)]));
}
