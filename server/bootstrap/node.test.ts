import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isNewEnough, nodeAt } from './node.mjs';
import { placeAt } from './place.mjs';

it.each([
  ['18.19.0', false],
  ['20.20.2', false],
  ['22.21.9', false],
  ['22.22.0', true],
  ['23.11.0', false],
  ['24.0.0', true],
  ['26.1.0', true],
])('Node %s runs the daemon: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

it('an old Node hands over to the private one inside the checkout', () => {
  const place = placeAt('/checkout');
  const inside = `node_modules/node-linux-${process.arch}/bin/node`;
  expect(nodeAt(place, '20.20.2')).toBe(join(place.runtime, inside));
  expect(nodeAt(place, '24.1.0')).toBe(process.execPath);
});
