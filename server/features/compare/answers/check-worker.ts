import { parentPort } from 'node:worker_threads';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Check } from '../shapes.ts';

export interface CheckQuestion {
  text: string;
  check: Check;
}

export interface CheckReply {
  passed: boolean;
  detail: string;
}

parentPort?.on('message', (question: CheckQuestion) => parentPort?.postMessage(answer(question)));
// Whoever asks counts its time from here.
parentPort?.postMessage('ready');

function answer({ text, check }: CheckQuestion): CheckReply {
  try {
    if (check.type === 'regex') return matchPattern(text, check.value);
    if (check.type === 'json_schema') return matchSchema(text, check.value);
    return { passed: false, detail: `A check cannot be "${check.type}" here.` };
  } catch (error) {
    return {
      passed: false,
      detail: `The check failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function matchPattern(text: string, pattern: string): CheckReply {
  const passed = new RegExp(pattern, 'm').test(text);
  return { passed, detail: passed ? 'The pattern was found.' : 'The pattern was not found.' };
}

function matchSchema(text: string, schemaText: string): CheckReply {
  const json = readJson(text);
  if (json === undefined) return { passed: false, detail: 'The answer is not JSON.' };
  const schema = JSON.parse(schemaText);
  const options = { strict: false, validateFormats: false, allErrors: false };
  const isOld = String(schema.$schema ?? '').includes('draft-07');
  const validate = (isOld ? new Ajv(options) : new Ajv2020(options)).compile(schema);
  if (validate(json.value)) return { passed: true, detail: 'The answer follows the schema.' };
  const [first] = validate.errors ?? [];
  return {
    passed: false,
    detail: `${first?.instancePath || 'The answer'} ${first?.message ?? 'does not follow it'}.`,
  };
}

/** The whole answer, or the one fenced block in it. */
function readJson(text: string): { value: unknown } | undefined {
  const blocks = [...text.matchAll(/^```(?:json)?\s*\n([\s\S]*?)^```/gm)];
  const inside = blocks.length === 1 ? (blocks[0]?.[1] ?? '') : text;
  try {
    return { value: JSON.parse(inside) };
  } catch {
    return undefined;
  }
}
