import { expect, test } from 'vitest';
import { expand } from '../../src/templates/expand.ts';

const FILES = new Map([
  ['foot', 'Bye {{ name }}\n'],
  ['self', '{% include "self" %}'],
  ['both', "{% include 'foot' %}{% raw %}{{ x }}{% endraw %}"],
]);

const expanded = (source: string) => expand(source, async (name) => FILES.get(name));

test('what is included is put in, with what that includes', async () => {
  expect(await expanded('Hello\n{% include "foot" %}\nend')).toEqual({
    source: 'Hello\nBye {{ name }}\nend',
    raws: {},
  });
  expect(await expanded('{%- include "both" -%}')).toEqual({
    source: 'Bye {{ name }}\n{{ raw_text_0 }}',
    raws: { raw_text_0: '{{ x }}' },
  });
});

test('what is raw is not looked at', async () => {
  expect(await expanded('a{% raw %}{% include "absent" %}{# x #}{% endraw %}b')).toEqual({
    source: 'a{{ raw_text_0 }}b',
    raws: { raw_text_0: '{% include "absent" %}{# x #}' },
  });
});

test('nothing is included by a comment', async () => {
  expect((await expanded('{# {% include "absent" %} #}x')).source).toBe('{# #}x');
});

test('templates that include each other without end, or nothing at all, are refused', async () => {
  await expect(expanded('{% include "self" %}')).rejects.toThrow('include each other');
  await expect(expanded('{% include "absent" %}')).rejects.toThrow('absent');
});
