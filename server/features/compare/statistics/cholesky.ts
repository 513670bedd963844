/**
 * Replaces the lower triangle of a symmetric positive definite matrix (row by row, `size` x `size`) by its Cholesky
 * factor L, with A = L Lᵀ. Returns false when the matrix is not positive definite to working precision.
 */
export function factorise(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column] ?? 0;
      for (let k = 0; k < column; k += 1) {
        sum -= (matrix[row * size + k] ?? 0) * (matrix[column * size + k] ?? 0);
      }
      if (row !== column) matrix[row * size + column] = sum / (matrix[column * size + column] ?? 1);
      else if (sum > 0) matrix[row * size + row] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves A x = b for a factor from `factorise`; writes x into `into`. */
export function solve(
  factor: Float64Array,
  b: Float64Array,
  into = new Float64Array(b.length),
): Float64Array {
  const size = b.length;
  for (let row = 0; row < size; row += 1) {
    let sum = b[row] ?? 0;
    for (let k = 0; k < row; k += 1) sum -= (factor[row * size + k] ?? 0) * (into[k] ?? 0);
    into[row] = sum / (factor[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = into[row] ?? 0;
    for (let k = row + 1; k < size; k += 1) sum -= (factor[k * size + row] ?? 0) * (into[k] ?? 0);
    into[row] = sum / (factor[row * size + row] ?? 1);
  }
  return into;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}

/** Writes a + factor b into `into`, which may be `a`. */
export function addScaled(
  a: Float64Array,
  scaled: { by: number; b: Float64Array },
  into: Float64Array,
): void {
  const { by, b } = scaled;
  for (let k = 0; k < a.length; k += 1) into[k] = (a[k] ?? 0) + by * (b[k] ?? 0);
}
