import type { Scale } from './scale.ts';
import type { Standing } from './standing.ts';

/** A strength as a dot on its interval; the dotted line is the mean of all. */
export function Interval({ standing, scale }: { standing: Standing; scale: Scale }) {
  const { color, points, low, high, votes } = standing;
  const x = (value: number) => `${(scale.at(value) * 100).toFixed(2)}%`;
  return (
    <svg aria-hidden="true" className="block h-8 w-full overflow-visible">
      <line x1={x(1000)} x2={x(1000)} y1="4" y2="28" stroke="var(--line-strong)" strokeDasharray="2 3" />
      {votes === 0 ? null : (
        <>
          <line
            x1={x(low)}
            x2={x(high)}
            y1="16"
            y2="16"
            stroke={color}
            strokeWidth="2"
            strokeLinecap="round"
          />
          <circle cx={x(points)} cy="16" r="4" fill={color} />
        </>
      )}
    </svg>
  );
}
