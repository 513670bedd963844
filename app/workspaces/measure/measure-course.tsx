import type { Measurement, ModeResult } from '#server/features/retrieval/measure/contract.ts';
import { COLORS, NAMES } from './mode-look.ts';

const HEIGHT = 96;
const MODES = ['lexical', 'hybrid'] as const;

interface Point {
  id: string;
  at: number;
  mrr: ModeResult['mrr'];
}

/** MRR@10 of measurements of the same questions, oldest first, with their intervals. */
export function MeasureCourse({ measurements }: { measurements: Measurement[] }) {
  const [first, last] = [measurements.at(0), measurements.at(-1)];
  const lines = MODES.map((mode) => ({ mode, points: pointsOf(measurements, mode) }));
  const words = lines
    .filter(({ points }) => points.length > 0)
    .map(({ mode, points }) => `${NAMES[mode]} ${points.map(({ mrr }) => mrr.value.toFixed(3)).join(', ')}`);
  return (
    <figure className="text-tiny text-ink-2">
      <figcaption className="flex flex-wrap gap-x-4">
        <span>MRR@10 over time, 0 to 1</span>
        {lines.map(({ mode, points }) =>
          points.length === 0 ? null : (
            <span key={mode} className="inline-flex items-center gap-1.5">
              <span className="size-2 rounded-full" style={{ background: COLORS[mode] }} />
              {NAMES[mode]}
            </span>
          ),
        )}
      </figcaption>
      <svg
        role="img"
        aria-label={`MRR@10 over ${measurements.length} measurements: ${words.join('; ')}`}
        className="mt-2 block w-full overflow-visible"
        height={HEIGHT}
      >
        {[0, 0.5, 1].map((level) => (
          <line
            key={level}
            x2="100%"
            y1={y(level)}
            y2={y(level)}
            stroke="var(--line)"
            strokeDasharray={level === 0 ? undefined : '2 3'}
          />
        ))}
        {lines.map(({ mode, points }) => (
          <Line key={mode} mode={mode} points={points} />
        ))}
      </svg>
      <p className="figures mt-1 flex justify-between text-ink-3">
        <span>{first && day(first.created_at)}</span>
        <span>{last && day(last.created_at)}</span>
      </p>
    </figure>
  );
}

function Line({ mode, points }: { mode: ModeResult['mode']; points: Point[] }) {
  const offset = mode === 'lexical' ? -0.4 : 0.4;
  const x = ({ at }: Point) => `${(2 + at * 96 + offset).toFixed(2)}%`;
  return (
    <g stroke={COLORS[mode]} strokeWidth="1.5">
      {points.map((point, index) => {
        const before = points[index - 1];
        const { id, mrr } = point;
        return (
          <g key={id}>
            {before && <line x1={x(before)} y1={y(before.mrr.value)} x2={x(point)} y2={y(mrr.value)} />}
            <line x1={x(point)} y1={y(mrr.low)} x2={x(point)} y2={y(mrr.high)} opacity="0.5" />
            <circle cx={x(point)} cy={y(mrr.value)} r="2.5" fill={COLORS[mode]} />
          </g>
        );
      })}
    </g>
  );
}

/** One step a measurement: those of one afternoon must not lie on one another. */
function pointsOf(measurements: Measurement[], mode: ModeResult['mode']): Point[] {
  const last = Math.max(1, measurements.length - 1);
  return measurements.flatMap(({ id, result }, index) => {
    const found = result?.modes.find((one) => one.mode === mode);
    return found ? [{ id, at: index / last, mrr: found.mrr }] : [];
  });
}

function y(level: number): string {
  return ((1 - level) * (HEIGHT - 2) + 1).toFixed(1);
}

function day(at: number): string {
  return new Date(at).toLocaleDateString();
}
