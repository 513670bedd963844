import { expect, it } from 'vitest';
import { addressOf, readPlace } from './place.ts';

const read = (address: string) => readPlace(new URLSearchParams(address.split('?')[1]));

it('keeps a file and its lines in the address, whatever its name', () => {
  const path = 'src/a b&c=d#é\n漢.ts';
  expect(read(addressOf('ID', { path, line: 31, endLine: 36 }))).toEqual({
    ...{ id: 'ID', path, line: 31, endLine: 36 },
  });
});

it.each(['0', '-4', '1e9999', 'x', '1.5'])('takes %s for no line', (line) => {
  expect(read(`/workspaces?id=ID&path=a&line=${line}`)).toMatchObject({ path: 'a', line: null });
});

it('does not mark lines before the first', () => {
  expect(read('/workspaces?id=ID&path=a&line=9&end=3')).toMatchObject({ line: 9, endLine: null });
});
