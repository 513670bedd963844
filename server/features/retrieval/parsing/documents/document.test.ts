import { expect, test } from 'vitest';
import { createParser } from '../parser.ts';

async function parse(path: string, language: string, text: string) {
  const parser = await createParser();
  return parser.parse({ path, text, language });
}

const markdown = `---
title: "# no heading"
---
Before all.

# Guide

## Set up

Run it:

\`\`\`sh
# not a heading
npm start
\`\`\`

### On a Mac ###
It runs.

Underlined
----------
Text of [a link](x.md).
`;

test('a Markdown file is found by its headings, and fences and front matter hold none', async () => {
  const { chunks, symbols } = await parse('guide.md', 'markdown', markdown);
  expect(
    symbols.map(({ kind, name, container, line, endLine }) => [kind, name, container, line, endLine]),
  ).toEqual([
    ['heading', 'Guide', null, 6, 22],
    ['heading', 'Set up', 'Guide', 8, 18],
    ['heading', 'On a Mac', 'Guide > Set up', 17, 18],
    ['heading', 'Underlined', 'Guide', 20, 22],
  ]);
  expect(chunks.map(({ line, endLine, header, kind }) => [line, endLine, header, kind])).toEqual([
    [1, 4, 'guide.md', 'section'],
    [6, 15, 'guide.md > Guide > Set up', 'section'],
    [17, 18, 'guide.md > Guide > Set up > On a Mac', 'section'],
    [20, 22, 'guide.md > Guide > Underlined', 'section'],
  ]);
  expect(chunks[1]!.text).toContain('npm start');
});

test('long values of JSON, YAML and TOML are found by their keys, short ones together', async () => {
  const list = Array.from({ length: 12 }, (_, i) => `    "v${i}"`).join(',\n');
  const json = await parse(
    'a.json',
    'json',
    `{\n  "name": "x",\n  "scripts": [\n${list}\n  ],\n  "end": { "scripts": 1 }\n}\n`,
  );
  expect(json.symbols.map(({ name, line }) => [name, line])).toEqual([
    ['name', 2],
    ['scripts', 3],
    ['end', 17],
  ]);
  expect(json.chunks.map(({ header, line, endLine }) => [header, line, endLine])).toEqual([
    ['a.json', 1, 2],
    ['a.json > scripts', 3, 16],
    ['a.json', 17, 18],
  ]);
  const jobs = Array.from({ length: 10 }, (_, i) => `  step${i}: run`).join('\n');
  const yaml = await parse('ci.yml', 'yaml', `name: ci\n# What runs.\njobs:\n${jobs}\n"on": push\n`);
  expect(yaml.chunks.map(({ header, line, endLine }) => [header, line, endLine])).toEqual([
    ['ci.yml', 1, 1],
    ['ci.yml > jobs', 2, 13],
    ['ci.yml', 14, 14],
  ]);
  const toml = await parse('a.toml', 'toml', '[package]\nname = "x"\n\n[[bin]]\nname = "y"\n');
  expect(toml.symbols.map(({ name }) => name)).toEqual(['package', 'bin']);
});

test('a notebook is found by its cells at their lines in the file, without its outputs', async () => {
  const notebook = {
    cells: [
      { cell_type: 'markdown', metadata: {}, source: ['# Load\n', 'the "data"'] },
      {
        cell_type: 'code',
        metadata: { source: 'no cell' },
        outputs: [{ text: ['secret output\n'], source: ['not this'] }],
        source: ['import numpy as np\n', 'x = np.zeros(3)'],
      },
      { cell_type: 'code', metadata: {}, outputs: [], source: [] },
      { cell_type: 'code', metadata: {}, outputs: [], source: 'one_string = True' },
    ],
    metadata: {},
    nbformat: 4,
  };
  const text = JSON.stringify(notebook, null, 1);
  const lines = text.split('\n');
  const { chunks, symbols, problem } = await parse('a.ipynb', 'notebook', text);
  expect(problem).toBeNull();
  expect(chunks.map(({ header, text }) => [header, text])).toEqual([
    ['a.ipynb > Load > cell 1', '# Load\nthe "data"'],
    ['a.ipynb > Load > cell 2', 'import numpy as np\nx = np.zeros(3)'],
    ['a.ipynb > Load > cell 4', 'one_string = True'],
  ]);
  expect(symbols.map(({ name, line }) => [name, line])).toEqual([['Load', chunks[0]!.line]]);
  expect(lines[chunks[1]!.line - 1]).toContain('import numpy');
  expect(lines[chunks[1]!.endLine - 1]).toContain('np.zeros');
  expect(lines[chunks[2]!.line - 1]).toContain('one_string');
});

test('a notebook that is none is cut by lines and says so', async () => {
  const broken = await parse('a.ipynb', 'notebook', '{"cells": [\n{"cell_type": "code",');
  expect(broken.problem).toMatch(/no notebook/);
  expect(broken.chunks.length).toBe(1);
});
