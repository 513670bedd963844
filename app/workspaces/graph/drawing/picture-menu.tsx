'use client';

import { Image, ImageDown } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Menu } from '#app/_ui/menu.tsx';
import { type PictureFormat, readColors, savePicture } from '#app/_ui/picture/save-picture.ts';
import { notifyError } from '#app/_ui/toast.ts';
import { layOut } from '../layout/use-layout.ts';
import { type DrawnEdge, type DrawnNode, layableOf, wholeWidthOf } from './drawn.ts';
import { graphPicture } from './graph-picture.ts';

/** What a picture that is saved is called, and what it says of itself. */
export interface PictureNames {
  /** Of the file, without its ending. */
  file: string;
  title: string;
  note: string;
}

interface PictureMenuProps {
  names: PictureNames;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
}

/** The drawing as a file, in the colours of the theme that is on. */
export function PictureMenu({ names, nodes, edges }: PictureMenuProps) {
  const save = async (format: PictureFormat) => {
    // Laid out again: on the screen long names are cut off.
    const positions = await layOut(layableOf(nodes, edges, wholeWidthOf));
    const { file, title, note } = names;
    const svg = graphPicture({ nodes, edges, positions, color: readColors(), title, note });
    await savePicture(svg, file, format);
  };
  const run = (format: PictureFormat) => () => void save(format).catch(notifyError);
  return (
    <Menu
      align="start"
      trigger={<IconButton icon={ImageDown} label="Save the picture" size="small" />}
      entries={[
        { label: 'As SVG', icon: Image, run: run('svg') },
        { label: 'As PNG', icon: Image, run: run('png') },
      ]}
    />
  );
}
