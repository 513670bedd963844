'use client';

import { ChartNoAxesGantt, Grid3x3, ImageDown } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import { type PictureFormat, savePicture } from '#app/_ui/picture/save-picture.ts';
import { notifyError } from '#app/_ui/toast.ts';
import type { Ranking } from '#server/features/compare/contract.ts';
import { matrixPicture } from './matrix-picture.ts';
import { readPalette } from './picture.ts';
import type { Standing } from './standing.ts';
import { strengthPicture } from './strength-picture.ts';

interface ChartsMenuProps {
  standings: Standing[];
  pairs: Ranking['pairs'];
  title: string;
}

/** The charts as files, in the colours of the theme that is on. */
export function ChartsMenu({ standings, pairs, title }: ChartsMenuProps) {
  const save = (kind: 'strengths' | 'pairs', format: PictureFormat) => {
    const palette = readPalette(standings.map(({ color }) => color));
    const svg =
      kind === 'strengths'
        ? strengthPicture({ standings, palette, title })
        : matrixPicture({ standings, pairs, palette, title });
    savePicture(svg, kind, format).catch(notifyError);
  };
  const entries: MenuEntry[] = [
    { label: 'Strengths as SVG', icon: ChartNoAxesGantt, run: () => save('strengths', 'svg') },
    { label: 'Strengths as PNG', icon: ChartNoAxesGantt, run: () => save('strengths', 'png') },
    { label: 'Pairs as SVG', icon: Grid3x3, run: () => save('pairs', 'svg') },
    { label: 'Pairs as PNG', icon: Grid3x3, run: () => save('pairs', 'png') },
  ];
  return (
    <Menu trigger={<IconButton icon={ImageDown} size="small" label="Save the charts" />} entries={entries} />
  );
}
