import { AGENT_COMMANDS } from './agent-commands.ts';
import { ALERT_COMMANDS } from './alert-commands.ts';
import type { Command } from './command.ts';
import { CONFIG_COMMANDS } from './config-commands.ts';
import { DNS_COMMANDS } from './dns-commands.ts';
import { KV_COMMANDS } from './kv-commands.ts';
import { METRIC_COMMANDS } from './metric-commands.ts';
import { TOKEN_COMMANDS } from './token-commands.ts';

/** What the list of commands says of one, before it is loaded. */
export interface Listing {
  /** One sentence. */
  readonly summary: string;
  load(): Promise<{ readonly default: Command }>;
}

/** Words that further words follow, and what they are about; each first word is among them. */
export const TOPICS: ReadonlyMap<string, string> = new Map([
  ['agent', 'Start, stop and look at the agent of this machine.'],
  ['agent internal', 'The agent from within.'],
  ['agent log', 'What the agent says of what it does.'],
  ['agent modules', 'What can be switched on and off.'],
  ['agent parameters', 'The settings of the agent, and how to change them.'],
  ['gossip', 'The nodes of the pool, and how to join and leave it.'],
  ['gossip events', 'What people and programs tell the whole pool.'],
  ['gossip keyring', 'The keys that the nodes encrypt with.'],
  ['gossip zone', 'The zones, and which of them this node is in.'],
  ['gossip zone key', 'The key files of zones on this machine.'],
  ['collectors', 'What the agent sees of this machine.'],
  ['config', 'What people wrote for the agent.'],
  ['dashboards', 'Pages of live values, drawn in the terminal.'],
  ['detectors', 'Which groups this node is in, and why.'],
  ['alerts', 'What people are told of, and who is told.'],
  ['silence', 'Alerts that are kept quiet for a while.'],
  ['maintenance', 'Nodes that are worked on.'],
  ['handlers', 'Who tells people of alerts.'],
  ['health', 'The services of this node, and how they are repaired.'],
  ['health breaker', 'What stops repairs when too many fail.'],
  ['monitoring', 'How the checks of the nodes stand.'],
  ['check', 'The checks of this node.'],
  ['kv', 'The key-value store.'],
  ['metrics', 'The time series that this node keeps.'],
  ['statsd', 'Counters, gauges and timers that programs send.'],
  ['dns', 'Names: what the agent answers, and who passes them on to it.'],
  ['docker', 'The containers of this node.'],
  ['evaluator', 'Try out the language of checks.'],
  ['packs', 'What the agent is configured from.'],
  ['packs parameters', 'The parameters of packs, and how to change them.'],
  ['pollsters', 'What takes samples, and how it is.'],
  ['samples', 'What pollsters sampled.'],
  ['token', 'What proves who asks over HTTP.'],
  ['tutorials', 'Recordings that show how things are done.'],
]);

/** Other words for the same. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['health audit', 'health history'],
  ['kv-store', 'kv'],
  ['monitoring run', 'check run'],
  ['agent leave', 'gossip leave'],
  ['ack', 'check ack'],
  ['packs validate', 'config validate'],
  ['packs check', 'config validate'],
]);

/** Every command by its words, which are the path of its file. They are loaded when they are run, so that starting stays quick. */
export const COMMANDS: ReadonlyMap<string, Listing> = new Map([
  ...AGENT_COMMANDS,
  ['check list', { summary: 'List the checks of this node.', load: () => import('./commands/check/list.ts') }],
  ['check result', { summary: 'Report a result of a check.', load: () => import('./commands/check/result.ts') }],
  ['check run', { summary: 'Run a check now.', load: () => import('./commands/check/run.ts') }],
  ['check show', { summary: 'Show a check with its definition.', load: () => import('./commands/check/show.ts') }],
  [
    'collectors history',
    {
      summary: 'Show how the states of collectors changed.',
      load: () => import('./commands/collectors/history.ts'),
    },
  ],
  [
    'collectors list',
    { summary: 'List the collectors and how they are.', load: () => import('./commands/collectors/list.ts') },
  ],
  ['collectors run', { summary: 'Run a collector now.', load: () => import('./commands/collectors/run.ts') }],
  ['collectors show', { summary: 'Show what collectors saw.', load: () => import('./commands/collectors/show.ts') }],
  [
    'collectors state',
    { summary: 'Tell the state of each collector.', load: () => import('./commands/collectors/state.ts') },
  ],
  [
    'collectors wait-ok',
    { summary: 'Wait until a collector is ok.', load: () => import('./commands/collectors/wait-ok.ts') },
  ],
  ...CONFIG_COMMANDS,
  [
    'dashboards list',
    { summary: 'List the dashboards of the packs.', load: () => import('./commands/dashboards/list.ts') },
  ],
  [
    'dashboards show',
    { summary: 'Draw a dashboard with live values.', load: () => import('./commands/dashboards/show.ts') },
  ],
  [
    'detectors history',
    {
      summary: 'Show which groups this node came into and left.',
      load: () => import('./commands/detectors/history.ts'),
    },
  ],
  [
    'detectors list',
    { summary: 'List the detectors and their rules.', load: () => import('./commands/detectors/list.ts') },
  ],
  ['detectors run', { summary: 'Run the detectors now.', load: () => import('./commands/detectors/run.ts') }],
  [
    'detectors state',
    {
      summary: 'List the groups of this node and what gave them.',
      load: () => import('./commands/detectors/state.ts'),
    },
  ],
  [
    'detectors wait-group',
    { summary: 'Wait until this node is in a group.', load: () => import('./commands/detectors/wait-group.ts') },
  ],
  ...DNS_COMMANDS,
  [
    'docker containers',
    { summary: 'List the containers of this node.', load: () => import('./commands/docker/containers.ts') },
  ],
  ['docker images', { summary: 'List the images of this node.', load: () => import('./commands/docker/images.ts') }],
  [
    'docker show',
    { summary: 'Show what the containers of this node use.', load: () => import('./commands/docker/show.ts') },
  ],
  [
    'evaluator eval',
    { summary: 'Evaluate an expression on this node.', load: () => import('./commands/evaluator/eval.ts') },
  ],
  [
    'evaluator explain',
    {
      summary: 'Show the value of every part of an expression.',
      load: () => import('./commands/evaluator/explain.ts'),
    },
  ],
  [
    'evaluator list',
    { summary: 'List the functions of expressions.', load: () => import('./commands/evaluator/list.ts') },
  ],
  [
    'evaluator wait-eval-true',
    {
      summary: 'Wait until an expression is true on this node.',
      load: () => import('./commands/evaluator/wait-eval-true.ts'),
    },
  ],
  [
    'gossip detect',
    { summary: 'Ask the local network who is there.', load: () => import('./commands/gossip/detect.ts') },
  ],
  [
    'gossip events add',
    { summary: 'Tell the whole pool of something.', load: () => import('./commands/gossip/events/add.ts') },
  ],
  [
    'gossip events list',
    { summary: 'List the events of the last 300 seconds.', load: () => import('./commands/gossip/events/list.ts') },
  ],
  ['gossip events wait', { summary: 'Wait for an event.', load: () => import('./commands/gossip/events/wait.ts') }],
  [
    'gossip history',
    { summary: 'Show what happened to the nodes of the pool.', load: () => import('./commands/gossip/history.ts') },
  ],
  ['gossip join', { summary: 'Join the pool of other nodes.', load: () => import('./commands/gossip/join.ts') }],
  [
    'gossip keyring install',
    { summary: 'Give every node a further key.', load: () => import('./commands/gossip/keyring/install.ts') },
  ],
  [
    'gossip keyring list',
    { summary: 'List which keys every node has.', load: () => import('./commands/gossip/keyring/list.ts') },
  ],
  [
    'gossip keyring remove',
    { summary: 'Let every node forget a key.', load: () => import('./commands/gossip/keyring/remove.ts') },
  ],
  [
    'gossip keyring rotate',
    {
      summary: 'Change every node from its key to a new one.',
      load: () => import('./commands/gossip/keyring/rotate.ts'),
    },
  ],
  [
    'gossip keyring use',
    { summary: 'Let every node encrypt with a key.', load: () => import('./commands/gossip/keyring/use.ts') },
  ],
  [
    'gossip leave',
    {
      summary: 'Leave the pool on purpose; the agent ends. With NODE, remove a dead node.',
      load: () => import('./commands/gossip/leave.ts'),
    },
  ],
  ['gossip members', { summary: 'List the nodes of the pool.', load: () => import('./commands/gossip/members.ts') }],
  [
    'gossip ping',
    { summary: 'Really ask a node whether it is there.', load: () => import('./commands/gossip/ping.ts') },
  ],
  [
    'gossip query',
    { summary: 'Ask the nodes of the pool and show their answers.', load: () => import('./commands/gossip/query.ts') },
  ],
  [
    'gossip rtt',
    { summary: 'Tell how far two nodes are from each other.', load: () => import('./commands/gossip/rtt.ts') },
  ],
  [
    'gossip snapshot',
    { summary: 'Print everything known of the nodes as JSON.', load: () => import('./commands/gossip/snapshot.ts') },
  ],
  [
    'gossip wait-members',
    { summary: 'Wait until nodes are in a state.', load: () => import('./commands/gossip/wait-members.ts') },
  ],
  [
    'gossip watch',
    { summary: 'Show every change of a node as it happens.', load: () => import('./commands/gossip/watch.ts') },
  ],
  ['gossip why', { summary: 'Tell why a node is as it is.', load: () => import('./commands/gossip/why.ts') }],
  [
    'gossip zone change',
    { summary: 'Move this node to another zone.', load: () => import('./commands/gossip/zone/change.ts') },
  ],
  [
    'gossip zone key generate',
    { summary: 'Make the gossip key of a zone.', load: () => import('./commands/gossip/zone/key/generate.ts') },
  ],
  [
    'gossip zone key import',
    { summary: 'Take over the gossip key of a zone.', load: () => import('./commands/gossip/zone/key/import.ts') },
  ],
  [
    'gossip zone list',
    { summary: 'Show the zones and how they hang together.', load: () => import('./commands/gossip/zone/list.ts') },
  ],
  [
    'health actions',
    { summary: 'List what may be done about a service now.', load: () => import('./commands/health/actions.ts') },
  ],
  [
    'health breaker reset',
    { summary: 'Let repairs start by themselves again.', load: () => import('./commands/health/breaker/reset.ts') },
  ],
  [
    'health confirm',
    { summary: 'Start a repair that waits to be confirmed.', load: () => import('./commands/health/confirm.ts') },
  ],
  [
    'health history',
    { summary: 'Show what was repaired and refused.', load: () => import('./commands/health/history.ts') },
  ],
  ['health list', { summary: 'List the services of this node.', load: () => import('./commands/health/list.ts') }],
  [
    'health repair',
    { summary: 'Do an action that a check offers.', load: () => import('./commands/health/repair.ts') },
  ],
  [
    'health reset',
    {
      summary: 'Forget how often the actions of a check were tried.',
      load: () => import('./commands/health/reset.ts'),
    },
  ],
  ['health run', { summary: 'Run the checks of a service now.', load: () => import('./commands/health/run.ts') }],
  ['health status', { summary: 'Tell how the services are.', load: () => import('./commands/health/status.ts') }],
  ['health test', { summary: 'Try a package without an agent.', load: () => import('./commands/health/test.ts') }],
  ...KV_COMMANDS,
  ...METRIC_COMMANDS,
  ...TOKEN_COMMANDS,
  [
    'monitoring history',
    { summary: 'Show how checks and services changed.', load: () => import('./commands/monitoring/history.ts') },
  ],
  [
    'monitoring state',
    { summary: 'Show how the checks of a node stand.', load: () => import('./commands/monitoring/state.ts') },
  ],
  [
    'monitoring wait-ok',
    { summary: 'Wait until a check is ok.', load: () => import('./commands/monitoring/wait-ok.ts') },
  ],
  [
    'packs create',
    { summary: 'Make a pack to begin with, its objects explained.', load: () => import('./commands/packs/create.ts') },
  ],
  [
    'packs diff',
    { summary: 'Compare a copied pack with its original.', load: () => import('./commands/packs/diff.ts') },
  ],
  ['packs list', { summary: 'List the packs of every level.', load: () => import('./commands/packs/list.ts') }],
  [
    'packs overload',
    {
      summary: 'Copy a pack to a higher level, to be changed there.',
      load: () => import('./commands/packs/overload.ts'),
    },
  ],
  [
    'packs parameters get',
    { summary: 'Show a parameter of a pack at a level.', load: () => import('./commands/packs/parameters/get.ts') },
  ],
  [
    'packs parameters list',
    { summary: 'List the parameters of packs.', load: () => import('./commands/packs/parameters/list.ts') },
  ],
  [
    'packs parameters set',
    { summary: 'Set a parameter of a pack at a level.', load: () => import('./commands/packs/parameters/set.ts') },
  ],
  [
    'packs parameters unset',
    {
      summary: 'Take away what a level sets for a parameter.',
      load: () => import('./commands/packs/parameters/unset.ts'),
    },
  ],
  ['packs show', { summary: 'Show packs with their parameters.', load: () => import('./commands/packs/show.ts') }],
  [
    'pollsters list',
    { summary: 'List the pollsters and how they are.', load: () => import('./commands/pollsters/list.ts') },
  ],
  ['pollsters run', { summary: 'Run a pollster now.', load: () => import('./commands/pollsters/run.ts') }],
  ['samples show', { summary: 'Show what was sampled last.', load: () => import('./commands/samples/show.ts') }],
  [
    'tutorials list',
    { summary: 'List the tutorials of the packs.', load: () => import('./commands/tutorials/list.ts') },
  ],
  ['tutorials show', { summary: 'Play a tutorial.', load: () => import('./commands/tutorials/show.ts') }],
  ['maas', { summary: 'Probe OpenStack and what it needs.', load: () => import('./commands/maas.ts') }],
  ['version', { summary: 'Print the version.', load: () => import('./commands/version.ts') }],
  ...ALERT_COMMANDS,
]);

/** The words that may follow `words`, sorted: a command's next word or a topic. */
export function nextWords(words: readonly string[]): readonly string[] {
  const depth = words.length;
  const found = new Set<string>();
  for (const path of COMMANDS.keys()) {
    const steps = path.split(' ');
    const next = steps[depth];
    if (next !== undefined && words.every((word, place) => steps[place] === word)) found.add(next);
  }
  return [...found].sort();
}
