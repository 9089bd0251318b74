/** Entry of the phone: carrier, settings, then the first page. */
import '@/style/tokens.css';
import '@/style/base.css';
import './polyfills';
import { createApp } from 'vue';
import { CallFailure, connect } from '@/api';
import App from './App.vue';
import { i18n } from '@/words/language';
import { hardwareBack } from './hardware';
import { router } from './router';
import { refreshApp } from './state/app';
import { startFailed } from './startFailed';

document.addEventListener('touchstart', () => document.documentElement.setAttribute('data-touch', ''), {
  passive: true,
});

async function start(): Promise<void> {
  try {
    await connect();
    await refreshApp();
  } catch (error) {
    startFailed(CallFailure.from(error));
    return;
  }
  createApp(App).use(i18n).use(router).mount('#app');
  hardwareBack();
}

void start();
