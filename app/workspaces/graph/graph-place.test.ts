import { expect, test } from 'vitest';
import { type GraphPlace, readGraphPlace, writeGraphPlace } from './graph-place.ts';

test.each<GraphPlace>([
  { view: null, around: null, symbol: null },
  { view: 'imports', around: 'src/a b.ts', symbol: null },
  { view: 'calls', around: null, symbol: { name: 'find', path: 'src/12:34.ts', line: 7 } },
  { view: 'calls', around: null, symbol: { name: 'find', path: null, line: null } },
  { view: 'map', around: null, symbol: null },
])('the address brings a picture back as it was left: %o', (place) => {
  const address = new URLSearchParams({ id: 'X', path: 'kept.ts' });
  writeGraphPlace(address, place);
  expect(readGraphPlace(new URLSearchParams(address.toString()))).toEqual(place);
  expect(address.get('path')).toBe('kept.ts');
});

test('an address that says nonsense shows no picture', () => {
  expect(readGraphPlace(new URLSearchParams('view=nonsense&symbol=&at=x:y'))).toEqual({
    ...{ view: null, around: null, symbol: null },
  });
});
