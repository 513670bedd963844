/** Where the Code screen shows these lines. */
export function codeAddress(
  workspaceId: string,
  { path, line, end_line }: { path: string; line: number; end_line: number },
): string {
  const query = new URLSearchParams({ id: workspaceId });
  // The list of a folder leads to the folder's workspace.
  if (!path.endsWith('/')) {
    query.set('path', path);
    query.set('line', String(line));
    if (end_line > line) query.set('end', String(end_line));
  }
  return `/workspaces?${query}`;
}

/** `src/a.ts:12-40`. */
export function placeName({
  path,
  line,
  end_line,
}: {
  path: string;
  line: number;
  end_line: number;
}): string {
  if (path.endsWith('/')) return path;
  return end_line > line ? `${path}:${line}-${end_line}` : `${path}:${line}`;
}
