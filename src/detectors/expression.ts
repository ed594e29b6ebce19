import { z } from 'zod';
import { ValueSet } from '../expressions/values.ts';
import type { Evaluated } from '../model/expression.ts';
import { type Detected, defineDetector, type Evaluate } from '../plugins/kinds.ts';

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const HOLE = /\{\{.*?\}\}/gs;
const LONGEST_GROUP = 128;

export default defineDetector({
  name: 'expression',
  description: 'Puts the node in groups while a rule over what was collected is true.',

  options: z
    .object({
      apply_if: z.string().min(1).describe('The rule.'),
      add_groups: texts
        .optional()
        .describe('Groups given while it is true; `{{...}}` in them is filled in, a list gives one group per element.'),
      groups: texts.optional().describe('Old name of add_groups.'),
    })
    .refine(({ add_groups, groups }) => (add_groups ?? groups ?? []).length > 0, {
      path: ['add_groups'],
      error: 'names no group; write a list of groups',
    }),

  configure:
    ({ apply_if, add_groups, groups = [] }) =>
    async (evaluate) => {
      const rule = await evaluate(apply_if, 'condition');
      if (rule.type === 'missing') return { groups: [], log: `unknown: ${rule.path} is missing (${rule.reason})` };
      if (rule.type === 'error') return { groups: [], log: `error: ${rule.message}` };
      return rule.truth ? await rendered(add_groups ?? groups, evaluate) : { groups: [], log: '' };
    },
});

/** The groups that the texts name now. One that cannot be filled in or is no group's name is left out, and the log says why. */
async function rendered(texts: readonly string[], evaluate: Evaluate): Promise<Detected> {
  const groups = new Set<string>();
  const log: string[] = [];
  for (const text of texts) {
    const { filled, missing } = await fill(text, evaluate);
    if (missing !== undefined) log.push(`${text}: ${missing}`);
    for (const name of filled.split(',').map(groupName)) {
      if (missing !== undefined || name === '' || name === 'None') continue;
      if (isGroup(name)) groups.add(name);
      else log.push(`${text}: "${name.slice(0, 60)}" is no name of a group`);
    }
  }
  return { groups: [...groups], log: log.join('; ') };
}

interface Filled {
  readonly filled: string;
  readonly missing?: string;
}

async function fill(text: string, evaluate: Evaluate): Promise<Filled> {
  let filled = '';
  let at = 0;
  for (const { 0: hole, index } of text.matchAll(HOLE)) {
    const answer = await evaluate(hole, 'value');
    if (answer.type === 'missing') return { filled, missing: `${answer.path} is missing (${answer.reason})` };
    if (answer.type === 'error') return { filled, missing: answer.message };
    filled += text.slice(at, index) + holeText(answer);
    at = index + hole.length;
  }
  return { filled: filled + text.slice(at) };
}

function holeText({ value, text }: Extract<Evaluated, { type: 'value' }>): string {
  return Array.isArray(value) || value instanceof ValueSet ? Array.from(value, String).join(',') : text;
}

const groupName = (text: string): string => text.trim().replace(/\s+/g, '-');
const isGroup = (name: string): boolean => name.length <= LONGEST_GROUP && !/\p{Cc}/u.test(name);
