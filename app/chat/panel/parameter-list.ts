import type { Parameters } from '#server/features/chat/contract.ts';

export interface NumberParameter {
  key: Exclude<keyof Parameters, 'stop' | 'logit_bias' | 'constraint' | 'thinking' | 'speculation'>;
  label: string;
  explanation: string;
  min: number;
  max: number;
  step: number;
  advanced: boolean;
}

/** The numbers of the vocabulary, everyday ones first, with the limits of the contract. */
export const NUMBERS: NumberParameter[] = [
  {
    key: 'temperature',
    label: 'Temperature',
    explanation: '0 always takes the likeliest token. Higher is more varied, and more often wrong.',
    min: 0,
    max: 2,
    step: 0.1,
    advanced: false,
  },
  {
    key: 'max_tokens',
    label: 'Longest answer',
    explanation: 'Tokens after which an answer stops. It can be continued.',
    min: 1,
    max: 1_000_000,
    step: 256,
    advanced: false,
  },
  {
    key: 'top_p',
    label: 'Top p',
    explanation: 'Draws only from the likeliest tokens that together have this probability.',
    min: 0.05,
    max: 1,
    step: 0.05,
    advanced: false,
  },
  {
    key: 'top_k',
    label: 'Top k',
    explanation: 'Draws only from this many of the likeliest tokens; 0 is no limit.',
    min: 0,
    max: 1_000_000,
    step: 1,
    advanced: true,
  },
  {
    key: 'min_p',
    label: 'Min p',
    explanation: 'Leaves out tokens less likely than this part of the likeliest one.',
    min: 0,
    max: 1,
    step: 0.01,
    advanced: true,
  },
  {
    key: 'repetition_penalty',
    label: 'Repetition penalty',
    explanation: 'Above 1 makes tokens that were just used less likely.',
    min: 0.5,
    max: 2,
    step: 0.05,
    advanced: true,
  },
  {
    key: 'presence_penalty',
    label: 'Presence penalty',
    explanation: 'Above 0 makes every token that was used at all less likely.',
    min: -2,
    max: 2,
    step: 0.1,
    advanced: true,
  },
  {
    key: 'frequency_penalty',
    label: 'Frequency penalty',
    explanation: 'Above 0 makes tokens less likely the more often they were used.',
    min: -2,
    max: 2,
    step: 0.1,
    advanced: true,
  },
  {
    key: 'xtc_probability',
    label: 'XTC probability',
    explanation:
      'How often the likeliest choices are left out, so that the answer is less usual. 0 is never.',
    min: 0,
    max: 1,
    step: 0.05,
    advanced: true,
  },
  {
    key: 'xtc_threshold',
    label: 'XTC threshold',
    explanation: 'How likely a token must be to be left out so.',
    min: 0,
    max: 0.5,
    step: 0.05,
    advanced: true,
  },
  {
    key: 'seed',
    label: 'Seed',
    explanation: 'The same seed, prompt and model give the same answer. Empty: drawn each time.',
    min: 0,
    max: 0xffffffff,
    step: 1,
    advanced: true,
  },
];
