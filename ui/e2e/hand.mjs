// What a hand does on a page and what an eye waits for, by the words that stand there.

/** Presses the first button or link that says so. */
export const tap = (page, text) =>
  page.locator(`button:visible:has-text("${text}"), a:visible:has-text("${text}")`).first().click();
export const sees = (page, text) => page.locator(`text=${text}`).first().waitFor({ state: 'visible' });
export const gone = (page, text) => page.locator(`text=${text}`).first().waitFor({ state: 'hidden' });
export const at = (page, path) => page.waitForFunction((p) => window.location.hash.startsWith(`#${p}`), path);
/** To another page, as a link would; it is there once the one before is gone. */
export const go = async (page, path) => {
  await page.evaluate((to) => {
    document.querySelector('main.screen > *').setAttribute('data-left', '');
    window.location.hash = `#${to}`;
  }, path);
  await at(page, path);
  await page.waitForFunction(() => !document.querySelector('[data-left]'));
};
/** Stands whole between the top of the page and the buttons at its bottom. */
export const inView = (page, selector) =>
  page.waitForFunction((wanted) => {
    const box = document.querySelector(wanted)?.getBoundingClientRect();
    const foot = document.querySelector('.foot')?.getBoundingClientRect().top ?? window.innerHeight;
    return box && box.top >= 0 && box.bottom <= foot;
  }, selector);
export const focused = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
/** As long as a sheet takes to open or close. */
export const settle = (page) => page.waitForTimeout(350);
/** A sheet is closed before its page is left. */
export const shut = async (page) => {
  await settle(page);
  await page.locator('.van-popup button[aria-label="关闭"]:visible').first().click();
  await settle(page);
};
export const pin = async (page, digits) => {
  for (const digit of digits) await page.locator(`button.key:has-text("${digit}")`).first().click();
};
