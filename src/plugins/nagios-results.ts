import type { CheckState, ShownState } from '../model/check.ts';
import { stateId } from '../model/check.ts';
import type { NodeState } from '../model/member.ts';
import { withinBytes, withoutControls } from '../model/plugin-output.ts';

/** What a pipe takes as a whole or not at all (`PIPE_BUF` of Linux). */
export const MOST_LINE_BYTES = 4_096;

/** What a check of a node said. */
export interface ServiceResult {
  readonly hostId: string;
  readonly service: string;
  readonly state: ShownState;
  readonly output: string;
  readonly longOutput?: string;
  /** Items as printed. */
  readonly perfdata?: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The external command that hands a result of a service in, with its newline; at most 4096 bytes. */
export function serviceResultLine({ at, hostId, service, state, ...said }: ServiceResult): string {
  const head = `[${seconds(at)}] PROCESS_SERVICE_CHECK_RESULT;${hostId};${service};${stateId(state)};`;
  return cut(head + outputOf({ ...said, state }));
}

/** What the pool believes of a node. */
export interface HostResult {
  readonly hostId: string;
  readonly state: NodeState;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The external command that hands the state of a node in, with its newline; a suspect still counts as up. */
export function hostResultLine({ at, hostId, state, text }: HostResult): string {
  const isUp = state === 'alive' || state === 'suspect';
  return cut(`[${seconds(at)}] PROCESS_HOST_CHECK_RESULT;${hostId};${isUp ? 0 : 1};${onOneLine(text)}`);
}

const seconds = (at: number): number => Math.floor(at / 1_000);

const WORDS: Readonly<Record<CheckState | 'pending', string>> = {
  ok: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
  pending: 'waiting for its first result',
};

type Said = Pick<ServiceResult, 'state' | 'output' | 'longOutput' | 'perfdata'>;

function outputOf({ state, output, longOutput = '', perfdata = [] }: Said): string {
  const text = onOneLine([output || WORDS[state], ...(longOutput === '' ? [] : [longOutput])].join('\n'));
  // What follows the bar is taken for performance data.
  const plain = text.replaceAll('|', '/');
  return perfdata.length === 0 ? plain : `${plain} | ${onOneLine(perfdata.join(' '))}`;
}

/** Newlines become two characters, which Nagios turns back. */
const onOneLine = (text: string): string => withoutControls(text).replaceAll('\n', '\\n').replaceAll('\t', ' ');

const cut = (line: string): string => `${withinBytes(line, MOST_LINE_BYTES - 1)}\n`;
