import { expect, test } from 'vitest';
import render, { type RenderItem } from '../../src/templates/render.ts';

const rendered = (source: string, given: Partial<RenderItem> = {}) =>
  render({ source, raws: {}, variables: {}, methods: {}, form: 'text', longest: 65_536, ...given });

const VARIABLES = {
  check: { name: 'linux/disks', state: 'critical', perfdata: ['a=1', 'b=2'] },
  nodes: [
    { name: 'b', zone: 'x' },
    { name: 'a', zone: 'y' },
    { name: 'c', zone: 'x' },
  ],
  text: 'a <b> & "c"',
  none: null,
};

test.each([
  ["{{check['name']}} is {{ check.state }}", 'linux/disks is critical'],
  ['{{check.name.upper()}}', 'LINUX/DISKS'],
  ['{% for each in nodes %}{{loop.index}}{{each.name}}{% if not loop.last %},{% endif %}{% endfor %}', '1b,2a,3c'],
  ['{{ nodes | length }} {{ check.perfdata | join(", ") }}', '3 a=1, b=2'],
  ['{{ text | e }}', 'a &lt;b&gt; &amp; &quot;c&quot;'],
  ['{{ "abc" | b64encode }} {{ "YWJj" | b64decode }}', 'YWJj abc'],
  ['{{ "a1b22" | regex_replace("[0-9]+", "-") }}', 'a-b-'],
  ['{{ 2.6 | round }} {{ 2.345 | round(1) }}', '3 2.3'],
  ['{% for g in nodes | groupby("zone") %}{{g.grouper}}={{g.list | length}};{% endfor %}', 'x=2;y=1;'],
  ['{% for row in [1, 2, 3] | batch(2) %}{{row | length}};{% endfor %}', '2;1;'],
  ['{% for k, v in {"b": 1, "a": 2} | dictsort %}{{k}}{{v}}{% endfor %}', 'a2b1'],
  ['{{ [3, 1, 2] | sum }} {{ [3, 1, 2] | min }} {{ [3, 1, 2] | max }}', '6 1 3'],
  ['{% for n in range(3) %}{{n}}{% endfor %}', '012'],
  ['{{ absent | default("x") }}{{ none }}', 'x'],
  ['{% if absent %}yes{% else %}no{% endif %} {{ absent is defined }}', 'no false'],
  ['{% set x = 4 %}{{ "many" if x > 3 else "few" }} {{ "a" ~ x }}', 'many a4'],
  ['{% macro bold(t) %}*{{t}}*{% endmacro %}{{ bold("x") }}', '*x*'],
])('%j becomes %j', (source, text) => {
  expect(rendered(source, { variables: VARIABLES })).toEqual({ text, unknown: [] });
});

test('methods without arguments answer', () => {
  const methods = { compliance: { get_name: 'passwd', get_state: 'error' } };
  expect(rendered('{{compliance.get_name()}} {{compliance.get_state()}}', { methods }).text).toBe('passwd error');
});

test('names that are printed and have no value are empty and told of', () => {
  expect(rendered('[{{ absent }}{{ check.moncul }}{{ absent | upper }}]', { variables: VARIABLES })).toEqual({
    text: '[]',
    unknown: ['absent', 'check.moncul'],
  });
});

test.each([
  "{{ ''.constructor.constructor('return process')() }}",
  "{{ check.constructor.constructor('return process')() }}",
  "{{ range.constructor('return process')() }}",
  '{{ check.__proto__.polluted }}',
  "{{ compliance.get_name.constructor('return process')() }}",
  '{{ process.env }}',
  '{{ globalThis }}',
])('%s reaches nothing', (source) => {
  const given = { variables: VARIABLES, methods: { compliance: { get_name: 'x' } } };
  let text = '';
  try {
    text = rendered(source, given).text;
  } catch {
    // To be refused is as good as to be empty.
  }
  expect(text).toBe('');
});

test('all texts that are filled in stand for themselves in HTML', () => {
  const given = { variables: VARIABLES, methods: { m: { get: '<' } }, form: 'html' } as const;
  expect(rendered('<b>{{ text }}</b>{{ m.get() }}', given).text).toBe('<b>a &lt;b&gt; &amp; &quot;c&quot;</b>&lt;');
});

test.each([
  ['{% for a in range(200000) %}{% endfor %}', /more than 100000 numbers/],
  ['{% for a in range(70000) %}x{% endfor %}', /more than 65536/],
  ['{% if %}', /./],
  ['{{ 1 | nosuchfilter }}', /nosuchfilter/],
])('%s is refused', (source, message) => {
  expect(() => rendered(source)).toThrow(message);
});

test('loops within loops end', () => {
  const source = '{% for a in range(1000) %}{% for b in range(1000) %}{{a}}{% endfor %}{% endfor %}';
  expect(() => rendered(source, { mostSteps: 10_000 })).toThrow('more than 10000 steps');
});
