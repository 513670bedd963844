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

/** Pixels: as wide as its text in the mono type of 12 px. */
export function widthOf({ title, note }: Pick<DrawnNode, 'title' | 'note'>): number {
  const longest = Math.max(title.length, note.length * 0.92);
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * CHARACTER + PADDING)));
}
