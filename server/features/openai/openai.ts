import { type Context as HonoContext, Hono } from 'hono';
import { defineFeature, type FeatureContext } from '#server/feature.ts';
import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { answer, type Asked } from './answer.ts';
import { readBody } from './body.ts';
import { findModel, findWriter, listModels, showModel } from './catalog.ts';
import { askChat } from './chat-completions.ts';
import { ChatRequest } from './chat-request.ts';
import { askText, TextRequest } from './completions.ts';
import { openaiRoutes } from './contract.ts';
import { EmbeddingRequest, findEmbedder, showEmbeddings } from './embeddings.ts';
import { createGate, type Gate } from './gate.ts';
import { hangUpSignal } from './hang-up.ts';
import { createKeys, type Keys } from './keys.ts';
import { createRunning, type Running } from './running.ts';

export type OpenaiApi = ReturnType<typeof createKeyRoutes>;

type Context = FeatureContext<object>;

/** OpenAI's protocol for programs on this machine, and the keys they use. */
export const openaiFeature = defineFeature<object>('openai', (context) => {
  const keys = createKeys(context.database);
  const running = createRunning();
  return {
    routes: createKeyRoutes(context, keys, running),
    programs: createProgramRoutes(context, createGate(keys), running),
    stop: () => running.endAll(new AppError('engine_unavailable', 'The daemon is stopping.')),
  };
});

function createKeyRoutes({ log }: Context, keys: Keys, running: Running) {
  return createRoutes()
    .openapi(openaiRoutes.list, (c) => c.json({ keys: keys.list() }, 200))
    .openapi(openaiRoutes.create, (c) => {
      const { name, scopes } = c.req.valid('json');
      const made = keys.create(name, scopes);
      log.info({ id: made.entry.id, scopes }, 'an API key was made');
      return c.json(made, 200);
    })
    .openapi(openaiRoutes.rename, (c) =>
      c.json(keys.rename(c.req.valid('param').id, c.req.valid('json').name), 200),
    )
    .openapi(openaiRoutes.revoke, (c) => {
      const { id } = c.req.valid('param');
      const entry = keys.revoke(id);
      running.end(id, new AppError('unauthorized', 'The key was revoked.'));
      log.info({ id }, 'an API key was revoked');
      return c.json(entry, 200);
    });
}

function createProgramRoutes({ hooks, generations, embeddings, log }: Context, gate: Gate, running: Running) {
  const tell = (c: HonoContext, asked: Asked, keyId: string) =>
    answer(c, asked, { generations, log, watch: (choices) => running.add(keyId, choices) });
  const app = new Hono();
  app.get('/models', async (c) => {
    await gate.admit(c, 'models');
    return c.json({ object: 'list', data: (await listModels(hooks)).map(showModel) });
  });
  app.get('/models/:id{.+}', async (c) => {
    await gate.admit(c, 'models');
    return c.json(showModel(await findModel(hooks, c.req.param('id'))));
  });
  app.post('/chat/completions', async (c) => {
    const { id } = await gate.admit(c, 'chat');
    const chat = await readBody(c, ChatRequest);
    return tell(c, askChat(chat, await findWriter(hooks, chat.model)), id);
  });
  app.post('/embeddings', async (c) => {
    await gate.admit(c, 'embeddings');
    const asked = await readBody(c, EmbeddingRequest);
    const model = await findEmbedder(hooks, asked.model);
    const texts = typeof asked.input === 'string' ? [asked.input] : asked.input;
    return c.json(
      showEmbeddings(await embeddings.embed(model, texts, { signal: hangUpSignal(c) }), asked, model.id),
    );
  });
  app.post('/completions', async (c) => {
    const { id } = await gate.admit(c, 'chat');
    const text = await readBody(c, TextRequest);
    return tell(c, askText(text, await findWriter(hooks, text.model)), id);
  });
  return app;
}
