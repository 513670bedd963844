import { CopyText } from '#app/_ui/copy-text.tsx';
import type { ProjectFile } from '#server/features/workspaces/contract.ts';
import { showFile } from '../place.ts';

const FILE = '.mlx-code.json';

/** What the project's own file says, and what is wrong with it. */
export function ProjectFileFacts({ project, path }: { project: ProjectFile; path: string }) {
  const rows: [string, string][] = [
    ['model', project.model ?? ''],
    ['max_tokens', project.max_tokens?.toString() ?? ''],
    ['ctx_chars', project.ctx_chars?.toString() ?? ''],
    ['auto_context', project.auto_context?.toString() ?? ''],
    ['include', project.include.join('  ')],
    ['exclude', project.exclude.join('  ')],
  ];
  const given = rows.filter(([, value]) => value !== '');
  const commands = Object.entries(project.commands);
  return (
    <section aria-label={FILE} className="flex flex-col gap-2 border-t border-line pt-4">
      <h3 className="figures text-small font-medium">{FILE}</h3>
      {project.error !== null && (
        <div role="alert" className="rounded-card border border-bad/30 bg-bad-soft px-3 py-2 text-small">
          <p className="break-words text-pretty">{project.error}</p>
          <button
            type="button"
            onClick={() => showFile({ path: FILE, line: lineIn(project.error) })}
            className="reach mt-1 text-small font-medium underline"
          >
            Show the line
          </button>
        </div>
      )}
      {given.length === 0 && project.error === null && (
        <p className="text-small text-ink-2 text-pretty">
          There is none, or it sets nothing. It may name a model, a persona, commands, and files to include or
          exclude.
        </p>
      )}
      <dl className="flex flex-col gap-1">
        {given.map(([key, value]) => (
          <div key={key} className="flex gap-2 text-tiny">
            <dt className="figures w-24 shrink-0 text-ink-3">{key}</dt>
            <dd className="figures min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {commands.length > 0 && (
        <ul aria-label="Commands of the project" className="flex flex-col gap-1">
          {commands.map(([name, command]) => (
            <li key={name} className="flex items-center gap-2 text-tiny">
              <span className="figures w-24 shrink-0 truncate text-ink-3">{name}</span>
              <CopyText text={command} label={`command ${name}`} />
            </li>
          ))}
        </ul>
      )}
      <p className="figures truncate text-tiny text-ink-3" title={path}>
        {path}
      </p>
    </section>
  );
}

function lineIn(error: string | null): number | null {
  const line = /line (\d+)/.exec(error ?? '')?.[1];
  return line === undefined ? null : Number(line);
}
