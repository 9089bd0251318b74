import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { connectTo, type AppState, type Draft, type HouseholdView } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import HouseholdForm from '@/phone/screens/HouseholdForm.vue';
import { settings, take } from '@/phone/state/app';
import { dismiss } from '@/phone/state/notice';
import { i18n } from '@/words/language';

const view = (id: string) =>
  ({ id, door: '2幢1单元 302', occupancy: 'tenant', note: '', phone: null, people: [] }) as unknown as HouseholdView;

let kept: Map<string, Draft>;
beforeEach(async () => {
  Element.prototype.scrollIntoView = vi.fn();
  await take({ phase: 'ready', settings: settings.value, contacts: null } as unknown as AppState);
  kept = new Map();
  const fields = { dwelling: 'w9', dwelling_words: '2幢1单元 302', note: '白天没人' };
  kept.set('household:h2', { form: 'household:h2', fields, saved_ms: Date.now() });
});
afterEach(() => (dismiss(), document.body.replaceChildren()));

/** A household whose new flat another one lives in. */
async function moves(merge: () => { id: string; undo: string }) {
  const saves: [string, unknown][] = [];
  connectTo({
    async call(name: string, args: { id: string; form: string; dwelling?: string | null; beside?: boolean }) {
      await Promise.resolve();
      if (name === 'household') return view(args.id);
      if (name === 'draft_load') return structuredClone(kept.get(args.form)) ?? null;
      if (name === 'draft_drop') kept.delete(args.form);
      if (name === 'draft_save') kept.set(args.form, structuredClone(args as unknown as Draft));
      if (name === 'households_head') return { buildings: [] };
      if (name === 'save_household') {
        if (args.dwelling && !args.beside) throw new CallFailure('home_taken', { household: 'h1' });
        saves.push([name, args]);
        return { id: args.id, undo: 'u1' };
      }
      if (name === 'merge_households') {
        saves.push([name, args]);
        return merge();
      }
      return null;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/household/:id/edit', component: HouseholdForm },
      { path: '/household/:id', component: { template: '<p />' } },
    ],
  });
  await router.push('/household/h2/edit');
  const form = mount(HouseholdForm, { attachTo: document.body, global: { plugins: [i18n, router] } });
  await flushPromises();
  const press = async (words: string) => {
    await form
      .findAll('button')
      .find((one) => one.text() === words)!
      .trigger('click');
    for (let n = 0; n < 4; n++) await flushPromises();
  };
  await press('保存');
  return { form, press, saves, router };
}

describe('a household that moves to a flat another one lives in', () => {
  it('is_put_together_with_it_when_they_are_one_and_nothing_typed_is_lost', async () => {
    const { form, press, saves, router } = await moves(() => ({ id: 'h1', undo: 'u2' }));
    expect(form.text()).toContain('这套房已经登记了另一户');
    await press('就是这一户，合成一户');
    expect(saves).toMatchObject([
      ['save_household', { id: 'h2', dwelling: null, note: '白天没人' }],
      ['merge_households', { one: 'h2', other: 'h1' }],
      // Whichever record stays: the household lives where it moved to.
      ['save_household', { id: 'h1', dwelling: 'w9', beside: true }],
    ]);
    expect(router.currentRoute.value.path).toBe('/household/h1');
    expect([...kept.keys()]).toEqual(['visit:h1']);
  });

  it('lives_beside_it_when_they_are_two', async () => {
    const { press, saves, router } = await moves(() => ({ id: 'h1', undo: 'u2' }));
    await press('是另外一户，分开登记');
    expect(saves).toMatchObject([['save_household', { id: 'h2', dwelling: 'w9', beside: true, note: '白天没人' }]]);
    expect(router.currentRoute.value.path).toBe('/household/h2');
  });

  it('moves_into_an_empty_one_once_that_was_taken_back', async () => {
    const { form, press } = await moves(() => {
      throw new CallFailure('not_found');
    });
    await press('就是这一户，合成一户');
    expect(form.text()).toContain('那套房又空了，再按一次保存');
    expect(form.find('[data-failure] a').exists()).toBe(false);
  });
});
