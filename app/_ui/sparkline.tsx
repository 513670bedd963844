interface SparklineProps {
  values: number[];
  label: string;
}

const WIDTH = 230;
const HEIGHT = 44;

/** The course of some figures, from zero so that heights compare. */
export function Sparkline({ values, label }: SparklineProps) {
  const top = Math.max(...values) * 1.1 || 1;
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`,
  );
  return (
    <svg
      role="img"
      aria-label={`${label}: ${values.map((value) => value.toFixed(1)).join(', ')}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="mt-2 h-11 w-full"
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} className="fill-accent/12" />
      <polyline
        points={points.join(' ')}
        fill="none"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        className="stroke-accent"
      />
    </svg>
  );
}
