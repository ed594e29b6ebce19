import { expect, test } from 'vitest';
import { fileSchema } from '../../src/agent/file-schemas.ts';

test('each kind of file has the schema that is shipped, and others are told what there is', async () => {
  expect(await fileSchema('check')).toMatchObject({ $schema: expect.any(String), type: 'object' });
  await expect(fileSchema('chekc')).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no kind of file "chekc"; did you mean "check"?',
  });
  await expect(fileSchema('../package')).rejects.toThrow('possible: agent, check, ');
});
