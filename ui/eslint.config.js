import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// Three tiers: kit knows no domain, a domain knows no other domain and no view,
// views are the only place that mixes domains. core is below all of them.
const domains = [
  'inbox',
  'people',
  'tasks',
  'calendar',
  'records',
  'search',
  'accounts',
  'settings',
  'today',
];
const not = (group, message) => ({ group, message });
const tier = (folder, patterns) => ({
  files: [`src/${folder}/**/*.{ts,svelte}`],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});
const views = not(['**/views/**'], 'Only views import views.');

export default ts.config(
  { ignores: ['dist', 'src/core/generated'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Foreign HTML is shown in a frame without scripts, never in the page.
      'svelte/no-at-html-tags': 'error',
      // Maps here are caches beside reactive state, not reactive themselves.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-navigation-without-resolve': 'off',
      'no-undef': 'off',
    },
  },
  tier('kit', [
    views,
    ...domains.map((d) => not([`**/${d}/**`], 'The kit knows no domain.')),
    not(
      ['**/core/transport/**', '**/core/generated/**', '**/core/live*'],
      'The kit knows no data.',
    ),
  ]),
  tier('core', [
    views,
    not(['**/kit/**'], 'core is below the kit.'),
    ...domains.map((d) => not([`**/${d}/**`], 'core knows no domain.')),
  ]),
  ...domains.map((own) =>
    tier(own, [
      views,
      ...domains
        .filter((d) => d !== own)
        .map((d) => not([`**/${d}/**`], 'Domains meet in views only.')),
    ]),
  ),
);
