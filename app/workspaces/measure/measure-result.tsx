import { formatCount } from '#app/_ui/format.ts';
import type { MeasurementResult, ModeResult } from '#server/features/retrieval/measure/contract.ts';
import { EstimateBar } from './estimate-bar.tsx';
import { formatFigure, modeName } from './measure-text.ts';
import { TuningCurve } from './tuning-curve.tsx';

const FIGURES = [
  { key: 'mrr', name: 'MRR@10', meaning: 'mean of 1 / rank within the first ten', unit: 'mean' },
  { key: 'acc_1', name: 'Acc@1', meaning: 'the right place is first', unit: 'share' },
  { key: 'acc_10', name: 'Acc@10', meaning: 'it is among the first ten', unit: 'share' },
] as const;

/** How well each way of searching found, with 95 % intervals, and what weight meaning earned. */
export function MeasureResult({ result, at }: { result: MeasurementResult; at: number }) {
  const { corpus, modes, reported_on: asked, tuned_on: tuned, tuning, weight_kept: kept, note } = result;
  const hybrid = modes.find(({ mode }) => mode === 'hybrid');
  const took = modes[0]?.p50_ms;
  return (
    <section aria-label="Result" className="flex flex-col gap-3 border-t border-line pt-4">
      <div>
        <h3 className="font-medium">{corpus.name}</h3>
        <p className="figures text-tiny text-ink-2">
          {new Date(at).toLocaleString()} · {formatCount(corpus.files)} files · {formatCount(corpus.chunks)}{' '}
          chunks · {formatCount(asked)} questions
          {took !== undefined && ` · a search took ${Math.round(took)} ms`}
        </p>
      </div>
      <table className="w-full table-fixed text-small">
        <caption className="sr-only">Figures with 95 % intervals</caption>
        <colgroup>
          <col className="w-32 sm:w-44" />
          <col />
          <col className="w-24 sm:w-48" />
        </colgroup>
        {FIGURES.map(({ key, name, meaning, unit }) => (
          <tbody key={key}>
            <tr>
              <th scope="rowgroup" colSpan={3} className="pt-2 pb-0.5 text-left font-medium">
                {name} <span className="font-normal text-ink-3">{meaning}</span>
              </th>
            </tr>
            {modes.map((mode) => (
              <FigureRow key={mode.mode} mode={mode} estimate={mode[key]} unit={unit} />
            ))}
          </tbody>
        ))}
      </table>
      {note !== null && <p className="text-small text-ink-2 text-pretty">{note}</p>}
      {kept && hybrid && (
        <p className="text-small text-ink-2 text-pretty">
          Meaning earned a weight of{' '}
          <span className="figures text-tiny text-ink">{(hybrid.weight ?? 0).toFixed(2)}</span>, which
          searches use from then on. It was chosen with {formatCount(tuned)} other questions.
        </p>
      )}
      {tuning.length > 0 && <TuningCurve tuning={tuning} chosen={hybrid?.weight ?? null} />}
    </section>
  );
}

interface FigureRowProps {
  mode: ModeResult;
  estimate: ModeResult['mrr'];
  unit: 'mean' | 'share';
}

function FigureRow({ mode, estimate, unit }: FigureRowProps) {
  const { value, low, high } = estimate;
  return (
    <tr>
      <th scope="row" className="py-0.5 pr-2 text-left font-normal text-ink-2">
        {modeName(mode)}
      </th>
      <td aria-hidden="true">
        <EstimateBar estimate={estimate} mode={mode.mode} />
      </td>
      <td className="figures pl-3 text-right text-tiny">
        <span className="inline-block">{formatFigure(value, unit)}</span>{' '}
        <span className="inline-block text-ink-3">
          {formatFigure(low, unit)} – {formatFigure(high, unit)}
        </span>
      </td>
    </tr>
  );
}
