const COLORS = ['bg-c1', 'bg-c2', 'bg-c3', 'bg-c4', 'bg-c5', 'bg-c6'];

/** The colour of the nth resident model; always beside its name. */
export function modelColor(index: number): string {
  return COLORS[index % COLORS.length] ?? 'bg-c1';
}
