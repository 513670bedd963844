import type { Mermaid } from 'mermaid';

/** Milliseconds after which a diagram is given up. */
const PATIENCE = 5000;
const LONGEST = 20_000;

let drawings = 0;
/** Mermaid keeps global state: one diagram at a time. */
let last: Promise<unknown> = Promise.resolve();

/** Draws Mermaid source as an SVG picture (a data address, CSS pixels). Errors: what Mermaid says, or that it took too long. */
export async function drawDiagram(source: string, theme: 'light' | 'dark', signal: AbortSignal) {
  if (source.length > LONGEST) throw new Error('it is too long.');
  const { default: mermaid } = await import('mermaid');
  const turn = last.then(() => {
    signal.throwIfAborted();
    return within(PATIENCE, draw(mermaid, source, theme));
  });
  last = turn.catch(() => undefined);
  return turn;
}

async function draw(mermaid: Mermaid, source: string, theme: 'light' | 'dark') {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    maxTextSize: LONGEST,
    maxEdges: 300,
    theme: theme === 'dark' ? 'dark' : 'neutral',
    // The picture cannot use the page's fonts, so it is measured with those that it will have.
    fontFamily: 'system-ui, sans-serif',
    htmlLabels: false,
    flowchart: { htmlLabels: false },
  });
  await mermaid.parse(source);
  drawings += 1;
  const { svg } = await mermaid.render(`diagram-${drawings}`, source);
  return picture(svg);
}

/** The drawing as a picture with its natural size, which Mermaid keeps in the view box. */
function picture(svg: string) {
  const root = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
  if (root === null) throw new Error('nothing was drawn.');
  const { width, height } = root.viewBox.baseVal;
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  const text = new XMLSerializer().serializeToString(root);
  return { address: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, width, height };
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  const timer = Promise.withResolvers<never>();
  const wait = setTimeout(() => timer.reject(new Error('it took too long.')), milliseconds);
  try {
    return await Promise.race([work, timer.promise]);
  } finally {
    clearTimeout(wait);
  }
}
