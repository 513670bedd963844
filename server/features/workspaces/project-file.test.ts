import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseProjectFile, ProjectSettings, readProjectFile } from './project-file.ts';

const published = join(import.meta.dirname, '../../../public/mlx-code.schema.json');

it('takes the keys of earlier project files and our own', () => {
  const text = JSON.stringify({
    ...{ model: 'guide', max_tokens: 500, ctx_chars: 9000, auto_context: false },
    ...{ include: ['src/'], exclude: ['*.snap'], commands: { test: 'npm test' }, persona: 'Be brief.' },
  });
  expect(parseProjectFile(text)).toEqual({ ...JSON.parse(text), error: null });
});

it('says in which line what is wrong, and keeps the rest', () => {
  const text = '{\n  "model": "guide",\n  "max_tokens": "many",\n  "exclude": ["a"]\n}';
  expect(parseProjectFile(text)).toMatchObject({
    ...{ model: 'guide', max_tokens: null, exclude: ['a'] },
    error: expect.stringMatching(/^\.mlx-code\.json, line 3: max_tokens is not valid/),
  });
});

it('names a setting that does not exist', () => {
  const { error } = parseProjectFile('{\n"modle": "guide"}');
  expect(error).toBe('.mlx-code.json, line 2: modle is no setting.');
});

it('names the place in a list', () => {
  expect(parseProjectFile('{"include": ["a", 5]}').error).toContain('line 1: include.1 is not valid');
});

it.each([
  ['{\n"model": \n}', /^\.mlx-code\.json, line 3: this is not JSON. Unexpected token '}'\.$/],
  ['{\n"model": "a"\n"persona": 1\n}\n', /, line 3: this is not JSON/],
  ['', /^\.mlx-code\.json.*: this is not JSON/],
  ['[]', /must hold an object/],
  ['null', /must hold an object/],
  ['{"__proto__": {"model": "x"}}', /is no setting/],
])('survives %j', (text, error) => {
  const found = parseProjectFile(text);
  expect(found).toMatchObject({ model: null, include: [] });
  expect(found.error).toMatch(error);
});

it('says why a file that is there was not read', () => {
  const root = mkdtempSync(join(tmpdir(), 'project-file-'));
  const path = join(root, '.mlx-code.json');
  try {
    expect(readProjectFile(root).error).toBeNull();
    writeFileSync(path, `{"exclude": ["${'x'.repeat(10_000_000)}"]}`);
    expect(readProjectFile(root)).toMatchObject({
      exclude: [],
      error: expect.stringMatching(/has 9766 KB.*64 KB are the most/),
    });
    rmSync(path);
    symlinkSync('elsewhere.json', path);
    expect(readProjectFile(root).error).toContain('no file of its own');
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('is described for editors by the published schema', async () => {
  const schema = { title: 'MLX Code project', ...z.toJSONSchema(ProjectSettings) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published);
});
