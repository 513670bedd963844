import { registerHooks } from 'node:module';

// drizzle-orm's package.json is so large that reading it anew for each of its 120 ES modules, as Node does, costs
// 350 ms and 190 MB at every start; its CommonJS build, the same code, costs 75 ms and 15 MB.
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!specifier.startsWith('drizzle-orm')) return nextResolve(specifier, context);
    return nextResolve(specifier, { ...context, conditions: ['node', 'require'] });
  },
});
