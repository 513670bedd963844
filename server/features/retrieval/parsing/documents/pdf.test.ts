import { expect, test } from 'vitest';
import { parsePdf } from './pdf.ts';

/** A PDF file with one line of text a page; `` for an empty one. */
function pdfOf(pages: string[]): Uint8Array {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>'];
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (const [index, text] of pages.entries()) {
    const stream = text === '' ? '' : `BT /F1 12 Tf 20 100 Td (${text}) Tj ET`;
    const page = `/Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << /Font << /F1 3 0 R >> >>`;
    objects.push(`<< ${page} /Contents ${5 + index * 2} 0 R >>`);
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let file = '%PDF-1.4\n';
  const offsets: number[] = [];
  for (const [index, body] of objects.entries()) {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
  }
  const start = file.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new TextEncoder().encode(file);
}

test('the text of a PDF is found by its page', async () => {
  const parsed = await parsePdf('paper.pdf', pdfOf(['First page here', '', 'Third   page']));
  expect(parsed).toMatchObject({ language: 'pdf', problem: null, skip: null });
  expect(
    parsed.chunks.map(({ kind, header, line, endLine, text }) => [kind, header, line, endLine, text]),
  ).toEqual([
    ['page', 'paper.pdf > page 1', 1, 1, 'First page here'],
    ['page', 'paper.pdf > page 3', 3, 3, 'Third page'],
  ]);
});

test('a PDF without text, and one that is broken, are left out with the reason', async () => {
  expect((await parsePdf('scan.pdf', pdfOf(['']))).skip).toBe('It holds no text, only pictures.');
  const broken = await parsePdf('broken.pdf', new TextEncoder().encode('%PDF-1.4\nnonsense'));
  expect(broken.skip).toMatch(/^It is a PDF that could not be read: /);
  expect(broken.chunks).toEqual([]);
});

test('when the time is up, it is said how far the file was read', async () => {
  const parsed = await parsePdf('long.pdf', pdfOf(['One', 'Two']), { limitMs: -1 });
  expect(parsed.chunks).toEqual([]);
  expect(parsed.skip).toBe('Only the pages before 1 are in the index: reading it took too long.');
});
