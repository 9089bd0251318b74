// Chromium as Android's WebView stands in for it here: phone size, touch, one browser at a time, own profile.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FOUND = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? FOUND;
  if (!executablePath) throw new Error('no Chromium found: install the package "chromium" or set CHROMIUM to its path');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The hour of every picture, after all that happened on the fictional day. */
export const NOON = new Date('2026-11-23T11:48:00+08:00');
export const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
};
export const DESK = { viewport: { width: 1366, height: 768 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' };
