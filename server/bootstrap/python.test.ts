import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPython, missingPython } from './python.mjs';
import { folderWithPrograms } from './testing.ts';

/** A program that answers the version question as a Python of that version does. */
const python = (version: string) => `#!/bin/sh\necho ${version}\n`;
/** A launcher whose version is not installed, or a Python without venv. */
const broken = '#!/bin/sh\necho "not installed" >&2\nexit 127\n';

it.each([
  [
    'the newest with wheels first',
    { 'python3.12': python('3 12'), 'python3.13': python('3 13') },
    'python3.13',
  ],
  ['past a launcher that fails', { 'python3.13': broken, 'python3.12': python('3 12') }, 'python3.12'],
  ['a plain python3 that is new enough', { python3: python('3 11') }, 'python3'],
  [
    'a python3.11 before an older python3',
    { python3: python('3 9'), 'python3.11': python('3 11') },
    'python3.11',
  ],
])('takes %s', (_title, programs: Record<string, string>, expected) => {
  const folder = folderWithPrograms(programs);
  expect(findPython(folder)).toBe(join(folder, expected));
});

it.each([
  ['an old Python only', { python3: python('3 10') }],
  ['Python 2 only', { python: python('2 7') }],
  ['launchers that fail only', { python3: broken, 'python3.12': broken }],
  ['nothing', {}],
])('finds none among %s', (_title, programs: Record<string, string>) => {
  expect(findPython(folderWithPrograms(programs))).toBeUndefined();
});

it('names the command that installs Python on this kind of machine', () => {
  expect(missingPython('darwin').mend).toBe('brew install python@3.12');
  expect(missingPython('linux').mend).toContain('apt-get install python3 python3-venv');
});
