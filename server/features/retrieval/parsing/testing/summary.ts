import type { ParsedFile } from '../parsed-file.ts';

/** A parsed file as a page that a person can check against the source. */
export function summaryOf({ symbols, chunks, imports, references }: ParsedFile): string {
  const uses = new Map<number, string[]>();
  for (const { line, kind, name } of references) {
    uses.set(line, [...(uses.get(line) ?? []), `${kind} ${name}`]);
  }
  return [
    '# symbols',
    ...symbols.map(
      ({ line, endLine, kind, container, name, signature, exported }) =>
        `${line}-${endLine} ${kind} ${container === null ? '' : `${container} > `}${name}${exported ? ' (exported)' : ''}: ${signature ?? ''}`,
    ),
    '# chunks',
    ...chunks.map(({ line, endLine, kind, header }) => `${line}-${endLine} ${kind}: ${header}`),
    '# imports',
    ...imports.map(({ line, specifier, names }) => `${line} ${specifier} {${names.join(', ')}}`),
    '# references',
    ...[...uses].map(([line, names]) => `${line} ${names.join(', ')}`),
    '',
  ].join('\n');
}
