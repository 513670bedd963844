import type { Layable } from '../layout/layout.ts';

/** A node of a picture as it is drawn. */
export interface DrawnNode {
  id: string;
  /** What stands in it, and what stands under that. */
  title: string;
  note: string;
  /** What else there is to say, for readers of the screen and on hovering. */
  more: string;
  /** `current`: what is open beside, or in the middle. */
  look: 'plain' | 'cycle' | 'current' | 'test';
}

export interface DrawnEdge {
  from: string;
  to: string;
  /** `types`: a cycle that is none when the program runs. */
  look: 'plain' | 'cycle' | 'types' | 'uncertain';
  count: number;
}

const CHARACTER = 7.3;
const PADDING = 40;
const [NARROWEST, WIDEST] = [110, 260];
export const NODE_HEIGHT = 44;

type Texts = Pick<DrawnNode, 'title' | 'note'>;

/** Pixels on the screen, where a long text is cut off. */
export function widthOf(texts: Texts): number {
  return Math.min(WIDEST, wholeWidthOf(texts));
}

/** Pixels: as wide as its text in the mono type of 12 px. */
export function wholeWidthOf({ title, note }: Texts): number {
  const longest = Math.max(columnsOf(title), columnsOf(note) * 0.92);
  return Math.round(Math.max(NARROWEST, longest * CHARACTER + PADDING));
}

/** Characters of East Asian scripts and pictographs are as wide as two. */
function columnsOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0)
  );
}

/** What is to be placed: nodes of a width, and the lines that decide where they stand. */
export function layableOf(
  nodes: readonly DrawnNode[],
  edges: readonly DrawnEdge[],
  width: (node: DrawnNode) => number,
): Layable {
  return {
    nodes: nodes.map((node) => ({ id: node.id, width: width(node), height: NODE_HEIGHT })),
    // What only types tie together is not what the program is built from: it decides nothing of where nodes stand.
    edges: edges.filter(({ look }) => look !== 'types').map(({ from, to }) => ({ from, to })),
  };
}

export type ShownLook = DrawnEdge['look'] | 'current';

/** The lines to draw: none from a node to itself; those of what is open or in the middle are marked. */
export function shownEdges(
  nodes: readonly DrawnNode[],
  edges: readonly DrawnEdge[],
): (DrawnEdge & { shown: ShownLook })[] {
  const current = new Set(nodes.filter(({ look }) => look === 'current').map(({ id }) => id));
  return edges
    .filter(({ from, to }) => from !== to)
    .map((edge) => {
      const isCurrent = edge.look === 'plain' && (current.has(edge.from) || current.has(edge.to));
      return { ...edge, shown: isCurrent ? 'current' : edge.look };
    });
}
