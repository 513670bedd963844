import { z } from 'zod';

const Neighbour = z.object({ id: z.string(), similarity: z.number() });

/** A map as it is kept: titles and dates are looked up when it is shown. */
export const DrawnMap = z.object({
  version: z.literal(1),
  method: z.enum(['words', 'vectors']),
  madeAt: z.number(),
  leftOut: z.int(),
  points: z.array(
    z.object({ id: z.string(), x: z.number(), y: z.number(), cluster: z.int(), near: z.array(Neighbour) }),
  ),
  names: z.array(z.string()),
  duplicates: z.array(z.object({ similarity: z.number(), ids: z.array(z.string()) })),
});
export type DrawnMap = z.infer<typeof DrawnMap>;
