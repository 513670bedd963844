import { getBezierPath, Position } from '@xyflow/react';
import { escapeXml, svgOf } from '#app/_ui/picture/picture.ts';
import type { Positions } from '../layout/layout.ts';
import {
  type DrawnEdge,
  type DrawnNode,
  NODE_HEIGHT,
  type ShownLook,
  shownEdges,
  wholeWidthOf,
} from './drawn.ts';
import { EDGE_LINES } from './edge-lines.ts';

interface GraphPicture {
  nodes: readonly DrawnNode[];
  edges: readonly DrawnEdge[];
  /** Of nodes as wide as `wholeWidthOf` says. */
  positions: Positions;
  /** `#rrggbb` of a CSS colour such as `var(--ink)`. */
  color: (name: string) => string;
  title: string;
  note: string;
}

const MARGIN = 24;
const TOP = 68;
const KEY_HEIGHT = 34;
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

/** A graph as an SVG that stands by itself: every name in full, and a key of the lines that are in it. */
export function graphPicture({ nodes, edges, positions, color, title, note }: GraphPicture): string {
  const boxes = nodes.map((node) => {
    const { x = 0, y = 0 } = positions[node.id] ?? {};
    return { node, x: MARGIN + x, y: TOP + y, width: wholeWidthOf(node) };
  });
  const shown = shownEdges(nodes, edges);
  const byId = new Map(boxes.map((box) => [box.node.id, box]));
  const lines = shown.map(({ from, to, shown: look }) =>
    lineOf(byId.get(from), byId.get(to), { look, color }),
  );
  const looks = [...new Set(shown.map((edge) => edge.shown))];
  const key = keyOf(looks, color);
  const right = Math.max(0, ...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(TOP, ...boxes.map(({ y }) => y + NODE_HEIGHT));
  const head =
    `<text x="${MARGIN}" y="30" font-size="15" font-weight="600" fill="${color('--ink')}">${escapeXml(title)}</text>` +
    `<text x="${MARGIN}" y="48" font-size="11" fill="${color('--ink-2')}">${escapeXml(note)}</text>`;
  const texts = Math.max(title.length * 9, note.length * 6.5);
  return svgOf(
    {
      width: Math.ceil(MARGIN + Math.max(right, MARGIN + texts, key.right)),
      height: Math.ceil(bottom + KEY_HEIGHT + MARGIN),
    },
    color('--bg'),
    [
      `<defs>${looks.map((look) => arrowOf(look, color)).join('')}</defs>`,
      ...[head, ...lines, ...boxes.map((box) => boxOf(box, color))],
      `<g transform="translate(0 ${bottom + KEY_HEIGHT})">${key.content}</g>`,
    ].join(''),
  );
}

interface Box {
  node: DrawnNode;
  x: number;
  y: number;
  width: number;
}

type ColorOf = GraphPicture['color'];

function boxOf({ node, x, y, width }: Box, color: ColorOf): string {
  const line = { plain: '--line-strong', test: '--line', cycle: '--warn', current: '--accent' }[node.look];
  const marked = node.look === 'cycle' || node.look === 'current';
  const dashes = node.look === 'cycle' ? ' stroke-dasharray="5 3"' : '';
  const ink = color(node.look === 'test' ? '--ink-2' : '--ink');
  return (
    `<g><title>${escapeXml(`${node.title}, ${node.note}, ${node.more}`)}</title>` +
    `<rect x="${x}" y="${y}" width="${width}" height="${NODE_HEIGHT}" rx="7" fill="${color('--surface')}" stroke="${color(line)}" stroke-width="${marked ? 2 : 1}"${dashes}/>` +
    `<text x="${x + 11}" y="${y + 19}" font-family="${MONO}" font-size="12" font-weight="500" fill="${ink}">${escapeXml(node.title)}</text>` +
    `<text x="${x + 11}" y="${y + 35}" font-size="11" fill="${color('--ink-3')}">${escapeXml(node.note)}</text></g>`
  );
}

function lineOf(
  from: Box | undefined,
  to: Box | undefined,
  { look, color }: { look: ShownLook; color: ColorOf },
): string {
  if (from === undefined || to === undefined) return '';
  const [path] = getBezierPath({
    ...{ sourceX: from.x + from.width, sourceY: from.y + NODE_HEIGHT / 2, sourcePosition: Position.Right },
    ...{ targetX: to.x - 2, targetY: to.y + NODE_HEIGHT / 2, targetPosition: Position.Left },
  });
  return `<path d="${path}" fill="none" ${strokeOf(look, color)} marker-end="url(#arrow-${look})"/>`;
}

function strokeOf(look: ShownLook, color: ColorOf): string {
  const { color: name, width, dashes, opacity } = EDGE_LINES[look];
  const pattern = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  const share = opacity === undefined ? '' : ` stroke-opacity="${opacity}"`;
  return `stroke="${color(name)}" stroke-width="${width}"${pattern}${share}`;
}

function arrowOf(look: ShownLook, color: ColorOf): string {
  const fill = color(EDGE_LINES[look].color);
  return `<marker id="arrow-${look}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 L10 5 L0 9 z" fill="${fill}"/></marker>`;
}

/** A stroke of each kind, and what it means. */
function keyOf(looks: readonly ShownLook[], color: ColorOf): { content: string; right: number } {
  let left = MARGIN;
  const parts = looks
    .filter((look) => EDGE_LINES[look].meaning !== undefined)
    .map((look) => {
      const meaning = EDGE_LINES[look].meaning ?? '';
      const at = left;
      left += 36 + meaning.length * 6.5 + MARGIN;
      return (
        `<line x1="${at}" x2="${at + 28}" y1="-4" y2="-4" ${strokeOf(look, color)}/>` +
        `<text x="${at + 36}" y="0" font-size="11" fill="${color('--ink-2')}">${escapeXml(meaning)}</text>`
      );
    });
  return { content: parts.join(''), right: left };
}
