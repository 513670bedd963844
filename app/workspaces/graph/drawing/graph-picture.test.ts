// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { placeNodes } from '../layout/layout.ts';
import { type DrawnEdge, type DrawnNode, layableOf, wholeWidthOf } from './drawn.ts';
import { graphPicture } from './graph-picture.ts';

const LONG = `${'a-very-long-name-of-a-module-'.repeat(3)}<b> & "c".ts`;

const NODES: DrawnNode[] = [
  { id: 'a', title: 'a.ts', note: 'src', more: 'imports 1', look: 'current' },
  { id: 'b', title: LONG, note: '源/文件', more: '', look: 'cycle' },
];
const EDGES: DrawnEdge[] = [
  { from: 'a', to: 'b', look: 'plain', count: 1 },
  { from: 'b', to: 'a', look: 'cycle', count: 1 },
  { from: 'b', to: 'b', look: 'plain', count: 1 },
];

function draw(): Document {
  const svg = graphPicture({
    ...{ nodes: NODES, edges: EDGES, title: 'Imports of files', note: '2 files' },
    positions: placeNodes(layableOf(NODES, EDGES, wholeWidthOf)),
    color: (name) => (name.includes('warn') ? '#aa7700' : '#123456'),
  });
  expect(svg).not.toContain('var(');
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

test('a saved graph has every name whole, within its box, and the box within the picture', () => {
  const document = draw();
  const texts = [...document.querySelectorAll('text')].map((text) => text.textContent);
  expect(texts).toEqual(expect.arrayContaining(['Imports of files', 'a.ts', LONG, '源/文件']));
  const boxes = [...document.querySelectorAll('g > rect')];
  const number = (element: Element | null, name: string) => Number(element?.getAttribute(name));
  expect(number(boxes[1] ?? null, 'width')).toBeGreaterThan(LONG.length * 7.2);
  const right = Math.max(...boxes.map((box) => number(box, 'x') + number(box, 'width')));
  expect(number(document.documentElement, 'width')).toBeGreaterThan(right);
});

test('its lines are told apart by a key, and none leads from a file to itself', () => {
  const document = draw();
  expect(document.querySelectorAll('path[marker-end]')).toHaveLength(2);
  const texts = [...document.querySelectorAll('text')].map((text) => text.textContent);
  expect(texts).toEqual(expect.arrayContaining(['part of a cycle', 'of what is in the middle']));
  expect(document.querySelector('path[stroke-dasharray="7 4"]')?.getAttribute('stroke')).toBe('#aa7700');
});
