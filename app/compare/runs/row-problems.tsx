import { Button } from '#app/_ui/button.tsx';
import { formatCount } from '#app/_ui/format.ts';
import type { PromptSet, RowProblem } from '#server/features/compare/contract.ts';
import { Block } from '../block.tsx';

interface RowProblemsProps {
  result: { set: PromptSet; problems: RowProblem[]; problem_count: number };
  onDone: () => void;
}

/** What was left out of a file, row by row; the good rows are in the set. */
export function RowProblems({ result: { set, problems, problem_count }, onDone }: RowProblemsProps) {
  const rest = problem_count - problems.length;
  return (
    <Block title={`“${set.name}” has ${formatCount(set.prompts)} prompts`}>
      <p role="status">
        {formatCount(problem_count)} {problem_count === 1 ? 'row was' : 'rows were'} left out. Mend them and
        make another set, or go on without them.
      </p>
      <ul
        aria-label="Rows that were left out"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        tabIndex={0}
        className="mt-2 max-h-64 overflow-y-auto rounded-control border border-line bg-sunken px-3 py-2 text-tiny"
      >
        {problems.map(({ row, column, message }) => (
          <li key={`${row} ${column} ${message}`} className="py-0.5">
            <b className="figures font-medium">
              row {row}
              {column === null ? '' : `, ${column}`}
            </b>{' '}
            {message}
          </li>
        ))}
        {rest > 0 ? <li className="py-0.5 text-ink-2">and {formatCount(rest)} more</li> : null}
      </ul>
      <Button className="mt-3" onClick={onDone}>
        Done
      </Button>
    </Block>
  );
}
