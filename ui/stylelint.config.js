// Styles: what Chromium 80 lacks is refused in the phone's pages; the desk's floor is 109.
const OLD = {
  'property-disallowed-list': [
    [
      'gap',
      'row-gap',
      'column-gap',
      'aspect-ratio',
      'inset',
      '/^inset-/',
      'accent-color',
      'translate',
      'rotate',
      'scale',
      'container-type',
      'content-visibility',
      'text-wrap',
    ],
    { message: 'Chromium 80 does not have this (flex gap came with 84).' },
  ],
  'unit-disallowed-list': ['dvh', 'svh', 'lvh', 'dvw', 'cqw', 'cqh'],
  'at-rule-disallowed-list': ['layer', 'container', 'property', 'scope', 'import'],
  'function-disallowed-list': ['color-mix', 'oklch', 'oklab', 'lab', 'lch', 'light-dark'],
  'selector-pseudo-class-disallowed-list': ['is', 'where', 'has', 'focus-visible', 'modal'],
  'plugin/no-unsupported-browser-features': [
    true,
    {
      browsers: ['chrome >= 80'],
      severity: 'error',
      ignorePartialSupport: true,
      ignore: ['css-touch-action', 'user-select-none', 'css-scrollbar', 'css-appearance', 'css-overscroll-behavior'],
    },
  ],
};

export default {
  extends: ['stylelint-config-standard'],
  plugins: ['stylelint-no-unsupported-browser-features'],
  rules: {
    'property-no-vendor-prefix': null,
    'selector-class-pattern': null,
    'selector-pseudo-class-no-unknown': [true, { ignorePseudoClasses: ['deep'] }],
    'no-descending-specificity': null,
    'color-function-notation': 'legacy',
    'color-function-alias-notation': null,
    'alpha-value-notation': 'number',
    'media-feature-range-notation': 'prefix',
    'declaration-block-no-redundant-longhand-properties': null,
    'comment-empty-line-before': null,
    'rule-empty-line-before': ['always', { except: ['first-nested'], ignore: ['after-comment'] }],
    'declaration-empty-line-before': null,
    'font-family-name-quotes': null,
    ...OLD,
  },
  overrides: [
    { files: ['**/*.vue'], customSyntax: 'postcss-html' },
    {
      files: ['src/desk/**/*.{css,vue}'],
      rules: {
        'property-disallowed-list': null,
        'selector-pseudo-class-disallowed-list': ['has', 'modal'],
        'plugin/no-unsupported-browser-features': [
          true,
          { browsers: ['chrome >= 109'], severity: 'error', ignorePartialSupport: true },
        ],
      },
    },
  ],
};
