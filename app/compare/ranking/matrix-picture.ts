import type { Ranking } from '#server/features/compare/contract.ts';
import { escapeXml, svgOf } from '#app/_ui/picture/picture.ts';
import { mix, type Palette } from './picture.ts';
import { findPair, probabilityOf, type Standing } from './standing.ts';

interface MatrixPicture {
  standings: readonly Standing[];
  pairs: Ranking['pairs'];
  palette: Palette;
  title: string;
}

const NAMES = 240;
const CELL = 52;
const TOP = 76;

/** P(row better than column) of every pair as an SVG that stands by itself. */
export function matrixPicture({ standings, pairs, palette, title }: MatrixPicture): string {
  const cell = (row: Standing, column: Standing, { x, y }: { x: number; y: number }): string => {
    const probability = probabilityOf(pairs, row.id, column.id);
    if (probability === null) return '';
    const tint = probability > 0.5 ? palette.better : palette.worse;
    const fill = mix(palette.background, tint, Math.abs(probability - 0.5) * 0.6);
    const weight = findPair(pairs, row.id, column.id)?.decided === true ? '700' : '400';
    return (
      `<rect x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="32" rx="4" fill="${fill}"/>` +
      `<text x="${x + CELL / 2}" y="${y + 21}" text-anchor="middle" font-size="12" font-weight="${weight}" fill="${palette.ink}">${probability.toFixed(2)}</text>`
    );
  };
  const cells = standings.flatMap((row, rowAt) => {
    const y = TOP + rowAt * 34;
    const name = `<text x="16" y="${y + 21}" font-size="13" fill="${palette.ink}">${rowAt + 1}  ${escapeXml(row.name.slice(0, 32))}</text>`;
    return [name, ...standings.map((column, at) => cell(row, column, { x: NAMES + at * CELL, y }))];
  });
  const columns = standings.map(
    (_, at) =>
      `<text x="${NAMES + at * CELL + CELL / 2}" y="${TOP - 8}" text-anchor="middle" font-size="11" fill="${palette.muted}">${at + 1}</text>`,
  );
  const head =
    `<text x="16" y="26" font-size="15" font-weight="600" fill="${palette.ink}">${escapeXml(title)}</text>` +
    `<text x="16" y="44" font-size="11" fill="${palette.muted}">probability that the row is better than the column; bold is decided</text>`;
  const size = { width: NAMES + standings.length * CELL + 16, height: TOP + standings.length * 34 + 14 };
  return svgOf(size, palette.background, [head, ...columns, ...cells].join(''));
}
