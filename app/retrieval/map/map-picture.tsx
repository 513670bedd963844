'use client';

import { useRouter } from 'next/navigation';
import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { ConversationMap } from '#server/features/retrieval/conversations/contract.ts';
import { addressOf } from '../retrieval-api.ts';
import { clusterColor, isNamed } from './cluster-color.ts';
import { placeNames } from './place-names.ts';

type Point = ConversationMap['points'][number];

interface MapPictureProps extends Pick<ConversationMap, 'points' | 'clusters'> {
  /** Titles without it are faint. */
  named: string;
}

const SIZE = 1000;
const MARGIN = 60;
/** Of a group's name, whatever the size of the picture. Pixels. */
const TYPE = 13;
/** Share of the side within which a point is meant. */
const REACH = 0.03;

/** The plane itself: the pointer names the nearest conversation and opens it. The list beside it does the same by keyboard. */
export function MapPicture({ points, clusters, named }: MapPictureProps) {
  const router = useRouter();
  const picture = useRef<SVGSVGElement>(null);
  const [meant, setMeant] = useState<Point | null>(null);
  const type = TYPE * useUnit(picture);
  const mean = (event: PointerEvent) => setMeant(nearest(points, placeIn(picture.current, event)));
  return (
    <div className="relative min-h-0 flex-1">
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the list beside it is for keys */}
      <svg
        ref={picture}
        role="img"
        aria-label={`${points.length} conversations in ${clusters.length} groups`}
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        className="absolute inset-0 h-full w-full touch-manipulation"
        style={{ cursor: meant === null ? undefined : 'pointer' }}
        onPointerMove={mean}
        onPointerDown={mean}
        onPointerLeave={() => setMeant(null)}
        onClick={() => meant && router.push(addressOf(meant.id))}
      >
        {points.map((point) => (
          <circle
            key={point.id}
            cx={across(point.x)}
            cy={across(point.y)}
            r={point === meant ? 12 : 8}
            fill={clusterColor(point.cluster)}
            opacity={isNamed(point.title, named) ? 0.85 : 0.15}
          />
        ))}
        {namesOf(clusters, points, type).map(({ id, name, x, y }) => (
          <text
            key={id}
            x={x}
            y={y}
            textAnchor="middle"
            fontSize={type}
            className="pointer-events-none fill-ink font-medium"
            style={{ paintOrder: 'stroke', stroke: 'var(--bg)', strokeWidth: type / 4 }}
          >
            {name}
          </text>
        ))}
      </svg>
      {meant !== null && (
        <p
          dir="auto"
          className="pointer-events-none absolute top-3 left-4 max-w-[80%] truncate rounded-control border border-line bg-surface px-2.5 py-1 text-small shadow-card"
        >
          {meant.title === '' ? 'Untitled' : meant.title}
        </p>
      )}
    </div>
  );
}

/** Units of the plane in a pixel of the screen. */
function useUnit(picture: RefObject<SVGSVGElement | null>): number {
  const [unit, setUnit] = useState(1);
  useEffect(() => {
    if (picture.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const side = Math.min(entry?.contentRect.width ?? 0, entry?.contentRect.height ?? 0);
      if (side > 0) setUnit(SIZE / side);
    });
    observer.observe(picture.current);
    return () => observer.disconnect();
  }, [picture]);
  return unit;
}

/** Each above the middle of its group. */
function namesOf(clusters: MapPictureProps['clusters'], points: readonly Point[], type: number) {
  const wishes = clusters.flatMap(({ id, name }) => {
    const own = points.filter(({ cluster }) => cluster === id);
    if (own.length === 0) return [];
    const x = own.reduce((sum, point) => sum + point.x, 0) / own.length;
    return [{ id, name, x: across(x), y: across(Math.min(...own.map(({ y }) => y))) - type }];
  });
  return placeNames(wishes, { type, plane: SIZE });
}

function across(share: number): number {
  return MARGIN + share * (SIZE - 2 * MARGIN);
}

/** Where on the plane the pointer is, 0 to 1. */
function placeIn(
  picture: SVGSVGElement | null,
  { clientX, clientY }: PointerEvent,
): { x: number; y: number } | null {
  const matrix = picture?.getScreenCTM()?.inverse();
  if (!matrix) return null;
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix);
  const share = (value: number) => (value - MARGIN) / (SIZE - 2 * MARGIN);
  return { x: share(x), y: share(y) };
}

function nearest(points: readonly Point[], place: { x: number; y: number } | null): Point | null {
  if (place === null) return null;
  let best: Point | null = null;
  let least = REACH;
  for (const point of points) {
    const distance = Math.hypot(point.x - place.x, point.y - place.y);
    if (distance < least) [least, best] = [distance, point];
  }
  return best;
}
