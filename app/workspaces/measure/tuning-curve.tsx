import type { MeasurementResult } from '#server/features/retrieval/measure/contract.ts';
import { COLORS } from './mode-look.ts';

interface TuningCurveProps {
  tuning: MeasurementResult['tuning'];
  /** The weight that was best. */
  chosen: number | null;
}

const [WIDTH, HEIGHT, EDGE] = [260, 56, 6];

/** What each weight of meaning scored on the questions that chose it. */
export function TuningCurve({ tuning, chosen }: TuningCurveProps) {
  const scores = tuning.map(({ mrr }) => mrr);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const widest = Math.max(...tuning.map(({ weight }) => weight)) || 1;
  const points = tuning.map(({ weight, mrr }) => ({
    weight,
    x: EDGE + (weight / widest) * (WIDTH - 2 * EDGE),
    y: most === least ? HEIGHT / 2 : EDGE + ((most - mrr) / (most - least)) * (HEIGHT - 2 * EDGE),
  }));
  const words = tuning.map(({ weight, mrr }) => `${weight.toFixed(2)}: ${mrr.toFixed(3)}`).join(', ');
  return (
    <figure className="self-start text-tiny text-ink-2">
      <figcaption>
        MRR@10 by weight, <span className="figures">{least.toFixed(3)}</span> to{' '}
        <span className="figures">{most.toFixed(3)}</span>
        {chosen !== null && (
          <>
            ; best at <span className="figures">{chosen.toFixed(2)}</span>
          </>
        )}
      </figcaption>
      <svg
        role="img"
        aria-label={`MRR@10 at each weight of meaning: ${words}`}
        width={WIDTH}
        height={HEIGHT}
        className="mt-1 block"
      >
        <polyline
          points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
          fill="none"
          stroke={COLORS.hybrid}
          strokeWidth="1.5"
        />
        {points.map(({ weight, x, y }) => (
          <circle
            key={weight}
            cx={x}
            cy={y}
            r={weight === chosen ? 4 : 2.5}
            fill={weight === chosen ? COLORS.hybrid : 'var(--surface)'}
            stroke={COLORS.hybrid}
          />
        ))}
      </svg>
      <p aria-hidden="true" className="figures flex justify-between text-ink-3">
        <span>0.00</span>
        <span>{widest.toFixed(2)}</span>
      </p>
    </figure>
  );
}
