import type { ThemeRegistrationRaw } from 'shiki/core';
import { TOKEN_CLASSES } from './token-classes.ts';

/** Colours that stand for the indices of `TOKEN_CLASSES`; the real ones are the tokens of globals.css. */
const marker = (index: number) => `#00000${index}`;

export const tokenClass = (color: string | undefined) => {
  const index = Number(color?.slice(1, 7));
  return index > 0 && index < TOKEN_CLASSES.length ? index : 0;
};

export const THEME: ThemeRegistrationRaw = {
  name: 'mlx-code',
  type: 'light',
  fg: marker(0),
  bg: '#ffffff',
  settings: [
    { settings: { foreground: marker(0), background: '#ffffff' } },
    {
      scope: [
        'keyword',
        'storage',
        'constant.language',
        'variable.language',
        'entity.name.tag',
        'punctuation.definition.tag',
        'markup.heading',
        'keyword.operator.new',
      ],
      settings: { foreground: marker(1) },
    },
    {
      scope: ['keyword.operator', 'storage.type.function.arrow', 'punctuation'],
      settings: { foreground: marker(0) },
    },
    {
      scope: ['string', 'markup.inserted', 'punctuation.definition.string', 'markup.inline.raw'],
      settings: { foreground: marker(2) },
    },
    {
      scope: [
        'constant.numeric',
        'constant.character',
        'constant.other',
        'support.constant',
        'markup.deleted',
        'keyword.other.unit',
      ],
      settings: { foreground: marker(3) },
    },
    {
      scope: [
        'entity.name.function',
        'support.function',
        'entity.other.attribute-name',
        'support.type.property-name',
        'entity.name.type',
        'entity.name.class',
        'support.class',
        'markup.underline.link',
      ],
      settings: { foreground: marker(4) },
    },
    {
      scope: ['comment', 'punctuation.definition.comment', 'meta.diff.header'],
      settings: { foreground: marker(5) },
    },
    {
      scope: ['meta.template.expression', 'punctuation.section.embedded', 'string meta.embedded'],
      settings: { foreground: marker(0) },
    },
  ],
};
