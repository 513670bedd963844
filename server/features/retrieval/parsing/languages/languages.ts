import { cSharp } from './c-sharp.ts';
import { c, cpp } from './c.ts';
import { css } from './css.ts';
import { dart } from './dart.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { javascript, tsx, typescript } from './javascript.ts';
import type { LanguageRules } from './language.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { rust } from './rust.ts';
import { solidity } from './solidity.ts';
import { swift } from './swift.ts';

/** Languages that are read along their syntax, by the names of server/files/language-of.ts. */
export const languages: Readonly<Record<string, LanguageRules>> = {
  c,
  c_sharp: cSharp,
  cpp,
  css,
  dart,
  go,
  java,
  javascript,
  php,
  python,
  ruby,
  rust,
  solidity,
  swift,
  tsx,
  typescript,
};
