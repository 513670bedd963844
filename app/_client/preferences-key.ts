/** Where the browser keeps its copy of the preferences, for the first paint. */
export const PREFERENCES_KEY = 'mlx-code.preferences';
