import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineComponent, h, nextTick } from 'vue';
import { createRouter, createWebHashHistory, RouterView, useRoute, type Router } from 'vue-router';
import { connectTo, type AppState, type Draft, type HouseholdView } from '@/api';
import type { Carrier } from '@/api/carrier';
import HouseholdScreen from '@/phone/screens/HouseholdScreen.vue';
import { settings, take } from '@/phone/state/app';
import { dismiss } from '@/phone/state/notice';
import { asking, fetchAhead, forget, recordsTick } from '@/phone/state/records';
import { doors, household } from '@/testing/grid';
import { i18n } from '@/words/language';

const view = (id: string, more: Partial<HouseholdView> = {}): HouseholdView => ({
  ...structuredClone(household(doors.find((d) => d.id === 'h1-302')!)),
  id,
  ...more,
});
const LEFT = { people: [], left: true, doorless: true };

let homes: Record<string, HouseholdView>;
let kept: Map<string, Draft>;
let asked: string[];
/** No household is answered. */
let holds: boolean;
let router: Router;
beforeEach(async () => {
  forget();
  await take({ phase: 'ready', settings: settings.value, contacts: null } as unknown as AppState);
  homes = {};
  kept = new Map();
  asked = [];
  holds = false;
  connectTo({
    async call(name: string, args: { id: string; form: string }) {
      await Promise.resolve();
      asked.push(`${name} ${args.id ?? args.form}`);
      if (name === 'household') return holds ? new Promise(() => {}) : homes[args.id];
      if (name === 'draft_load') return structuredClone(kept.get(args.form)) ?? null;
      if (name === 'draft_drop') kept.delete(args.form);
      if (name === 'draft_save') kept.set(args.form, structuredClone(args as unknown as Draft));
      if (name === 'leave_household') return { id: args.id, undo: 'u1' };
      return null;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
});
afterEach(() => (dismiss(), document.body.replaceChildren()));

/** The pages of households, a new one for every address, as App.vue has them. */
async function open(id: string) {
  router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/household/:id', component: HouseholdScreen },
      { path: '/:rest(.*)', component: { template: '<p />' } },
    ],
  });
  const app = defineComponent(() => {
    const route = useRoute();
    return () => h(RouterView, { key: route.fullPath });
  });
  await router.push(`/household/${id}`);
  const page = mount(app, { attachTo: document.body, global: { plugins: [i18n, router] } });
  await arrive();
  return page;
}
const arrive = async () => {
  for (let n = 0; n < 5; n++) await flushPromises();
};
const path = () => router.currentRoute.value.path;

describe('the page of a household that was put together with another record', () => {
  it('leads_to_the_other_with_the_visit_that_was_begun', async () => {
    homes = { h1: view('h1'), h2: view('h2') };
    const page = await open('h2');
    await page.get('#visit-said').setValue('水管漏水');
    homes.h2 = view('h2', { ...LEFT, stays: 'h1' });
    recordsTick.value++;
    await arrive();
    expect(path()).toBe('/household/h1');
    expect(page.get<HTMLTextAreaElement>('#visit-said').element.value).toBe('水管漏水');
    expect(kept.has('visit:h2')).toBe(false);
    page.unmount();
  });

  it('is_not_left_for_what_was_kept_from_before_it_was_parted_again', async () => {
    homes = { h1: view('h1'), h2: view('h2', { ...LEFT, stays: 'h1' }) };
    const before = await open('h2');
    expect(path()).toBe('/household/h1');
    before.unmount();
    // Parted meanwhile: what the page had kept is out of date.
    homes.h2 = view('h2');
    const page = await open('h2');
    expect(path()).toBe('/household/h2');
    page.unmount();
  });

  it('keeps_the_answer_that_comes_after_the_page_was_left_but_none_after_the_app_locked', async () => {
    homes = { h2: view('h2', { note: '旧' }) };
    const left = await open('h2');
    homes.h2 = view('h2', { note: '新' });
    recordsTick.value++;
    await nextTick();
    left.unmount();
    await arrive();
    // What the next page begins with, whatever it is told later.
    holds = true;
    const page = await open('h2');
    expect(page.text()).toContain('新');
    page.unmount();

    const ahead = fetchAhead('household:h9', () => Promise.resolve(view('h9')));
    const along = asking();
    forget();
    await ahead;
    along('household:h9', view('h9'));
    expect(await fetchAhead('household:h9', () => Promise.resolve('asked anew'))).toBe('asked anew');
  });

  it('leads_nowhere_in_a_ring', async () => {
    homes = { h1: view('h1'), h2: view('h2', { ...LEFT, stays: 'h1' }) };
    asking()('household:h1', view('h1', { ...LEFT, stays: 'h2' }));
    asking()('household:h2', view('h2', { ...LEFT, stays: 'h1' }));
    // Both were kept some time ago.
    recordsTick.value++;
    const page = await open('h1');
    expect(path()).toBe('/household/h1');
    expect(asked.filter((one) => one.startsWith('household')).length).toBeLessThan(6);
    expect(page.find('#visit-said').exists()).toBe(true);
    page.unmount();
  });
});

describe('the page of a household that has left', () => {
  it('offers_no_change_and_shows_no_empty_card', async () => {
    homes = { h1: view('h1', LEFT) };
    kept.set('visit:h1', { form: 'visit:h1', fields: { changed: '1' }, saved_ms: Date.now() });
    const page = await open('h1');
    expect(page.text()).toContain('改好了，记一次走访');
    for (const words of ['改这一户', '有变化…', '新住进来一个人']) expect(page.text()).not.toContain(words);
    expect(page.find('.people').exists()).toBe(false);
    page.unmount();
  });

  it('makes_the_visit_that_found_it_empty_one_with_changes', async () => {
    homes = { h1: view('h1', { people: [] }) };
    const page = await open('h1');
    const press = async (words: string) => {
      const found = [...document.querySelectorAll('button')].find((one) => one.textContent!.includes(words));
      found!.click();
      await arrive();
    };
    await press('有变化');
    await press('这一户搬空了');
    expect(asked).toContain('leave_household h1');
    expect(kept.get('visit:h1')?.fields).toEqual({ changed: '1' });
    page.unmount();
  });
});
