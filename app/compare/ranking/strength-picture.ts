import { escapeXml, svgOf } from '#app/_ui/picture/picture.ts';
import type { Palette } from './picture.ts';
import { scaleOf } from './scale.ts';
import type { Standing } from './standing.ts';

interface StrengthPicture {
  standings: readonly Standing[];
  palette: Palette;
  title: string;
}

const NAMES = 240;
const LINE = 420;
const ROW = 32;
const TOP = 56;

/** Strengths with their intervals as an SVG that stands by itself. */
export function strengthPicture({ standings, palette, title }: StrengthPicture): string {
  const scale = scaleOf(standings);
  const x = (points: number) => NAMES + scale.at(points) * LINE;
  const bottom = TOP + standings.length * ROW;
  const ticks = scale.ticks.map(
    (tick) =>
      `<line x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${TOP}" y2="${bottom}" stroke="${palette.line}"${tick === 1000 ? ' stroke-dasharray="2 3" stroke-width="2"' : ''}/>` +
      `<text x="${x(tick).toFixed(1)}" y="${bottom + 18}" text-anchor="middle" font-size="11" fill="${palette.muted}">${tick}</text>`,
  );
  const rows = standings.map(({ name, color, low, high, points, rank, votes }, index) => {
    const y = TOP + index * ROW + ROW / 2;
    const fill = palette.colors.get(color) ?? palette.ink;
    const mark =
      votes === 0
        ? ''
        : `<line x1="${x(low).toFixed(1)}" x2="${x(high).toFixed(1)}" y1="${y}" y2="${y}" stroke="${fill}" stroke-width="2" stroke-linecap="round"/><circle cx="${x(points).toFixed(1)}" cy="${y}" r="4.5" fill="${fill}"/>`;
    return `<text x="16" y="${y + 4}" font-size="13" fill="${palette.ink}">${escapeXml(shorten(name))}</text>${mark}<text x="${NAMES + LINE + 90}" y="${y + 4}" text-anchor="end" font-size="12" fill="${palette.muted}">rank ${rank}</text>`;
  });
  const head =
    `<text x="16" y="26" font-size="15" font-weight="600" fill="${palette.ink}">${escapeXml(title)}</text>` +
    `<text x="16" y="44" font-size="11" fill="${palette.muted}">points, 95 % intervals; 400 points are odds of 10 to 1, 1000 is the mean</text>`;
  return svgOf(
    { width: NAMES + LINE + 106, height: bottom + 34 },
    palette.background,
    [head, ...ticks, ...rows].join(''),
  );
}

function shorten(name: string): string {
  return name.length > 34 ? `${name.slice(0, 33)}…` : name;
}
