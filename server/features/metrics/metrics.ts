import { defineFeature, type FeatureContext } from '#server/feature.ts';
import type { EndedAnswer } from '#server/generation/activity.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { type MetricsEvents, type MetricsSample, metricsRoutes } from './contract.ts';
import { createDecay, type Decay, MINUTE, QUARTER, SECOND, type Step } from './decay.ts';
import { createSampler, type Sampler } from './sampler.ts';
import { type Span, thin } from './span.ts';
import { createMetricsStore, type MetricsStore } from './store.ts';
import { showAnswer, showPoint, showSample } from './views.ts';

export type MetricsApi = ReturnType<typeof createMetricsRoutes>;

const TOPIC = 'metrics';
/** Ended answers that are told of one by one. */
const KEPT_ANSWERS = 50;
/** As many as a chart in a panel can show. */
const MAX_POINTS = 600;

/** What running costs and yields: measured while it runs, told to who watches, kept in decaying detail. */
export const metricsFeature = defineFeature<MetricsEvents>('metrics', (context) => {
  const room = createRoom(context);
  return { routes: createMetricsRoutes(room), topics: [/^metrics$/], start: room.start, stop: room.stop };
});

interface Room {
  store: MetricsStore;
  decay: Decay;
  answers: EndedAnswer[];
  sample(): MetricsSample;
  start(): void;
  stop(): void;
}

function createRoom({ activity, events, database, log }: FeatureContext<MetricsEvents>): Room {
  const store = createMetricsStore(database);
  const answers: EndedAnswer[] = [];
  let ended = 0;
  let forget = () => {};
  const keep = (step: Step, span: Span) => {
    try {
      store.keep(step, span);
      if (step === MINUTE) store.prune(span.at);
    } catch (error) {
      // A full disk costs measurements and nothing else.
      log.debug({ err: error }, 'measurements could not be kept');
    }
  };
  const decay = createDecay({ keep });
  const watched = () => events.listeners(TOPIC) > 0;
  const sample = () =>
    showSample({
      now: Date.now(),
      fine: decay.fine(),
      running: activity.running(),
      measures: sampler.engines(),
      answers: ended,
    });
  const sampler: Sampler = createSampler({
    activity,
    watched,
    sampled(span) {
      decay.add(span);
      if (watched()) events.emit(TOPIC, 'metrics.sample', sample());
    },
  });
  return {
    ...{ store, decay, answers, sample },
    start() {
      forget = activity.onEnd((answer) => {
        ended += 1;
        answers.push(answer);
        if (answers.length > KEPT_ANSWERS) answers.shift();
      });
      sampler.start();
    },
    stop() {
      forget();
      sampler.stop();
      decay.flush();
    },
  };
}

function createMetricsRoutes({ store, decay, answers, sample }: Room) {
  const steps = { second: SECOND, minute: MINUTE, quarter: QUARTER } as const;
  return createRoutes().openapi(metricsRoutes.history, (c) => {
    const { detail } = c.req.valid('query');
    const spans = detail === 'fine' ? decay.fine() : decay.upToNow(steps[detail], store.list(steps[detail]));
    const thinned = thin(spans, MAX_POINTS);
    return c.json({ points: thinned.map(showPoint), answers: answers.map(showAnswer), now: sample() }, 200);
  });
}
