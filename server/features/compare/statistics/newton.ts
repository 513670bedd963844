import { AppError } from '#server/kernel/errors.ts';
import { addScaled, dot, factorise, solve } from './cholesky.ts';

/** A strictly concave function of `size` parameters. */
export interface Likelihood {
  size: number;
  /** The value at `point.x`; writes the gradient, and the lower triangle of the information (minus the second derivatives). */
  evaluate(point: Point): number;
}

/** Where a likelihood is evaluated, and its derivatives there; `information` is a Cholesky factor after `factorise`. */
export interface Point {
  x: Float64Array;
  gradient: Float64Array;
  information: Float64Array;
}

/** A maximum: where, how high, and the Cholesky factor of the information there. */
export interface Maximum {
  x: Float64Array;
  value: number;
  factor: Float64Array;
}

/** Where a maximum is sought: on the plane `direction · x = value`. */
export interface Plane {
  direction: Float64Array;
  value: number;
}

/** Finds maxima of one likelihood; its buffers are used again, since thousands of short arrays cost more than the sums. */
export interface Maximiser {
  /** Throws `internal` when Newton's method does not settle, which a strictly concave function does not let happen. */
  best(): Maximum;
  /** The highest value on a plane, starting from the maximum of all. */
  heightOn(plane: Plane, from: Maximum): number;
}

export function createMaximiser(likelihood: Likelihood): Maximiser {
  const { size } = likelihood;
  const step = new Float64Array(size);
  const path = new Float64Array(size);
  const points: [Point, Point] = [newPoint(size), newPoint(size)];

  /** Newton's method with halved steps, within the plane across `direction` when there is one. */
  function climb(settled: number, direction?: Float64Array): Maximum {
    let [here, there] = points;
    let value = likelihood.evaluate(here);
    for (let round = 0; round < 100 && factorise(here.information, size); round += 1) {
      solve(here.information, here.gradient, step);
      if (direction) {
        solve(here.information, direction, path);
        addScaled(step, { by: -dot(direction, step) / dot(direction, path), b: path }, step);
      }
      const gain = dot(here.gradient, step);
      if (gain < settled) {
        // The last step is too short to change the information; half of `gain` is what it adds.
        addScaled(here.x, { by: 1, b: step }, here.x);
        return { x: here.x, value: value + gain / 2, factor: here.information };
      }
      let height = Number.NEGATIVE_INFINITY;
      for (let by = 1; !(height >= value - 1e-12 * Math.abs(value)) && by > 1e-9; by /= 2) {
        addScaled(here.x, { by, b: step }, there.x);
        height = likelihood.evaluate(there);
      }
      value = height;
      [here, there] = [there, here];
    }
    throw new AppError('internal', 'The ranking could not be computed: the fit did not settle.');
  }

  return {
    best() {
      points[0].x.fill(0);
      const { x, value, factor } = climb(1e-14);
      return { x: x.slice(), value, factor: factor.slice() };
    },
    heightOn({ direction, value }, from) {
      // Starts where the parabola at the maximum expects the plane to be highest.
      solve(from.factor, direction, path);
      const by = (value - dot(direction, from.x)) / dot(direction, path);
      addScaled(from.x, { by, b: path }, points[0].x);
      return climb(1e-8, direction).value;
    },
  };
}

function newPoint(size: number): Point {
  return {
    x: new Float64Array(size),
    gradient: new Float64Array(size),
    information: new Float64Array(size * size),
  };
}
