import { expect, it } from 'vitest';
import { languageOf } from './language-of.ts';

it.each([
  ['src/a.ts', 'typescript'],
  ['A.TSX', 'tsx'],
  ['x.d.mts', 'typescript'],
  ['deep/Dockerfile', 'dockerfile'],
  ['Dockerfile.dev', 'dockerfile'],
  ['notes', null],
  ['paper.pdf', 'pdf'],
  ['n.ipynb', 'notebook'],
  ['.gitignore', 'text'],
  ['a.constructor', null],
  ['constructor', null],
  ['.ts', 'typescript'],
])('knows %s as %s by its name', (path, language) => {
  expect(languageOf(path)).toBe(language);
});

it.each([
  ['#!/usr/bin/env python3\n', 'python'],
  ['#!/bin/bash -e\n', 'shell'],
  ['#!/usr/bin/env -S node --no-warnings\n', 'javascript'],
  ['#! /usr/local/bin/ruby2.7\n', 'ruby'],
  ['#!/opt/unknown\n', null],
  ['plain text', null],
])('knows a file without an ending by %j as %s', (text, language) => {
  expect(languageOf('bin/tool', text)).toBe(language);
});

it('tells a C++ header from a C header by its words', () => {
  expect(languageOf('a.h', 'namespace x {\n}')).toBe('cpp');
  expect(languageOf('a.h', 'struct x { int class_of; };')).toBe('c');
  expect(languageOf('a.h')).toBe('c');
});
