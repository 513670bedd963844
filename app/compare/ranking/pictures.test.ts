// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { matrixPicture } from './matrix-picture.ts';
import type { Palette } from './picture.ts';
import { scaleOf } from './scale.ts';
import type { Standing } from './standing.ts';
import { strengthPicture } from './strength-picture.ts';

const palette: Palette = {
  ...{ background: '#ffffff', ink: '#111111', muted: '#555555', line: '#cccccc' },
  ...{ better: '#0000ff', worse: '#ff8800', colors: new Map([['var(--c1)', '#2255cc']]) },
};

function standing(change: Partial<Standing>): Standing {
  return {
    ...{ id: 'x', name: 'Qwen', color: 'var(--c1)', points: 1100, low: 1040, high: 1160 },
    ...{ rank: '1–2', votes: 12, explanation: '', settings: '' },
    ...change,
  };
}

function parse(svg: string): Document {
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

test('the strengths stand by themselves: names are text, colours are no variables', () => {
  const name = 'A <script> & "B"';
  const svg = strengthPicture({ standings: [standing({ name })], palette, title: 'All votes' });
  const texts = [...parse(svg).querySelectorAll('text')].map((text) => text.textContent);
  expect(texts).toContain(name);
  expect(texts).toContain('rank 1–2');
  expect(svg).toContain('#2255cc');
  expect(svg).not.toContain('var(');
});

test('a contestant without votes has no dot that would claim a strength', () => {
  const svg = strengthPicture({ standings: [standing({ votes: 0 })], palette, title: '' });
  expect(parse(svg).querySelectorAll('circle')).toHaveLength(0);
});

test('every pair has its number, and none stands on the diagonal', () => {
  const pair = {
    ...{ a: 'x', b: 'y', votes: 4, winsA: 4, winsB: 0, ties: 0, bothBad: 0, difference: 90 },
    ...{ probability: 0.81, link: 'direct' as const, decided: true, votesNeeded: 0 },
  };
  const standings = [standing({}), standing({ id: 'y', name: 'Gemma' })];
  const document = parse(matrixPicture({ standings, pairs: [pair], palette, title: '' }));
  const numbers = [...document.querySelectorAll('text')].map(({ textContent }) => textContent);
  expect(numbers).toEqual(expect.arrayContaining(['0.81', '0.19']));
  expect(document.querySelectorAll('rect')).toHaveLength(3);
});

test('the scale holds every interval and the mean, with round numbers on it', () => {
  const scale = scaleOf([standing({ low: 700, high: 900 })]);
  expect(scale.at(700)).toBeGreaterThan(0);
  expect(scale.at(1000)).toBeLessThan(1);
  expect(scale.ticks.every((tick) => tick % 25 === 0)).toBe(true);
});
