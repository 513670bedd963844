/** A place that a trace names. The path is as it stands there, perhaps absolute, perhaps of another machine. */
export interface Frame {
  path: string;
  line: number;
  /** 0: where it broke. */
  depth: number;
}

const PYTHON = /File "([^"\n]{1,1000})", line (\d{1,9})/g;
/** `src/a.ts:10:5`, `(main.go:12)`, `at com.a.B.run(B.java:7)`, `C:\a\b.cs:line 12`. */
const PLACE =
  /((?:(?<![A-Za-z])[A-Za-z]:(?=[\\/][^\\/]))?[^\s:()'"`<>|*?[\]{},;]{1,400}\.[A-Za-z][\w+-]{0,9}):(?:line )?(\d{1,9})(?!\d)/g;
const MOST = 50;

/** The places a text names as file and line, the one where it broke first: Python writes it last. */
export function framesOf(text: string): Frame[] {
  const python = [...text.matchAll(PYTHON)].reverse();
  const found = python.length > 0 ? python : [...text.matchAll(PLACE)];
  return found
    .slice(0, MOST)
    .map(([, path = '', line = ''], depth) => ({
      path: path.replaceAll('\\', '/').replace(/^\/{2,}/, '/'),
      line: Number(line),
      depth,
    }))
    .filter(({ path, line }) => path !== '' && line > 0);
}
