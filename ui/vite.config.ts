// Two entries of one build: the phone (index.html, Chromium 80) and the county desk (desk.html, Chromium 109).
// The lower floor is the build target of both; what each may call is checked by its own lint (eslint.config.js).
import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig(({ mode }) => ({
  // Relative: the same files are served at `/` by the bridge, at `/desk/` by the county, and inside the shell.
  base: './',
  plugins: [vue()],
  define: {
    // Messages are read by vue-i18n's own interpreter, never compiled into functions: the pages forbid `eval`.
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_OPTIONS_API__: true,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  // Words as a text that is parsed when read: twice as quick as an object written out in script.
  json: { stringify: true },
  resolve: { alias: { '@': page('src') } },
  build: {
    target: 'chrome80',
    cssTarget: 'chrome80',
    modulePreload: { polyfill: false },
    // Nothing inlined: the pages' policy names `data:` for pictures only where the shell needs it.
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: true,
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: { phone: page('index.html'), desk: page('desk.html') } },
  },
  server: { host: '127.0.0.1' },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    server: { deps: { inline: ['vant', 'element-plus'] } },
  },
  ...(mode === 'testing' ? { cacheDir: 'node_modules/.vite-testing' } : {}),
}));
