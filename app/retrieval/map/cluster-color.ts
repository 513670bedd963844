const COLORS = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)'];

/** Colours repeat: names tell clusters apart, colour only helps. */
export function clusterColor(cluster: number): string {
  return COLORS[cluster % COLORS.length] ?? 'currentColor';
}

/** Whether a title is one that somebody looks for; every one is while nobody does. */
export function isNamed(title: string, named: string): boolean {
  return title.toLowerCase().includes(named.trim().toLowerCase());
}
