/**
 * Server-sent events, made only as fast as they are read. `left` runs when the reader goes before the end.
 * What the lines throw ends the stream; render failures before.
 */
export function eventStream(lines: AsyncGenerator<string, void>, left: () => void): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        left();
        await lines.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

/** One event with a JSON body. */
export function event(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

/** Keeps a connection alive and says why it is silent; clients pass it over. */
export function comment(text: string): string {
  return `: ${text.replaceAll(/\s+/g, ' ')}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';
