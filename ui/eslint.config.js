// Two floors: the phone's pages may call what Chromium 80 has, the desk's what 109 has. Tests and tools run on Node.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import compat from 'eslint-plugin-compat';
import vue from 'eslint-plugin-vue';
import globals from 'globals';
import ts from 'typescript-eslint';

const POLYFILLS = ['Array.prototype.at', 'String.prototype.at', 'Object.hasOwn', 'String.prototype.replaceAll'];

export default ts.config(
  { ignores: ['dist', 'node_modules', 'e2e/out', 'src/api/types'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    ...compat.configs['flat/recommended'],
    languageOptions: { ...compat.configs['flat/recommended'].languageOptions, globals: globals.browser },
    settings: { polyfills: POLYFILLS },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      // Nothing of a person may be left in the page's own stores; the bridge's token is the one exception, by name.
      'no-restricted-globals': ['error', 'localStorage', 'indexedDB'],
      'no-restricted-properties': [
        'error',
        { object: 'window', property: 'localStorage' },
        { object: 'navigator', property: 'clipboard' },
      ],
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': ['error', { ignores: ['App'] }],
      'vue/require-default-prop': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
    },
  },
  {
    // What old WebViews lack and compat does not know: methods on values.
    files: ['src/phone/**/*.{ts,vue}', 'src/words/**/*.ts', 'src/api/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.property.name=/^(findLast|findLastIndex|toSorted|toReversed|toSpliced|replaceChildren|groupBy)$/]',
          message: 'Chromium 80 does not have this.',
        },
        { selector: "CallExpression[callee.name='structuredClone']", message: 'Chromium 80 does not have this.' },
        { selector: "MemberExpression[property.name='randomUUID']", message: 'Chromium 80 does not have this.' },
      ],
    },
  },
  {
    files: ['src/desk/**/*.{ts,vue}', 'src/testing/**/*.ts'],
    settings: { browsers: ['chrome >= 109'] },
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/testing/**/*.ts'],
    rules: { 'no-console': 'off', 'compat/compat': 'off' },
  },
  {
    files: ['public/gate.js'],
    languageOptions: { ecmaVersion: 5, sourceType: 'script', globals: { ...globals.browser, Promise: 'readonly' } },
  },
  {
    files: ['*.{js,ts}', 'e2e/**/*.mjs', 'test/**/*.ts'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  prettier,
);
