import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { connectTo, type AppState, type HouseholdView } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import FailureNote from '@/phone/parts/FailureNote.vue';
import HouseholdForm from '@/phone/screens/HouseholdForm.vue';
import { settings, take } from '@/phone/state/app';
import { i18n } from '@/words/language';

const VIEW = {
  id: 'h1',
  door: '',
  occupancy: 'unknown',
  note: '',
  phone: null,
  people: [],
} as unknown as HouseholdView;
const DESK = '05430000000';

/** A phone whose county registered this number, or none. */
const registered = (desk_phone: string) =>
  take({ phase: 'ready', settings: settings.value, contacts: { desk_phone } } as AppState);
beforeEach(async () => {
  Element.prototype.scrollIntoView = vi.fn();
  await registered(DESK);
});
afterEach(() => document.body.replaceChildren());

/** The form of a household that was told to be rented, saved and refused for a field. */
async function refused(field: string) {
  const saves: unknown[] = [];
  connectTo({
    async call(name: string, args: unknown) {
      if (name === 'household') return VIEW;
      if (name === 'save_household') {
        saves.push(args);
        throw new CallFailure('invalid_field', { field });
      }
      return name === 'households_head' ? { buildings: [] } : null;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/household/:id/edit', component: HouseholdForm }],
  });
  await router.push('/household/h1/edit');
  const page = mount(HouseholdForm, { attachTo: document.body, global: { plugins: [i18n, router] } });
  await flushPromises();
  const press = async (words: string) => {
    const button = page.findAll('button').find((one) => one.text() === words);
    await button!.trigger('click');
    await flushPromises();
  };
  await press('租住');
  await press('保存');
  expect(saves).toMatchObject([{ id: 'h1', occupancy: 'tenant', dwelling: null }]);
  return { page, press };
}

describe('a household that is refused', () => {
  it.each([
    ['dwelling', '住处', '还没选好住在哪套房', '选住处'],
    ['occupancy', '居住方式', '重新选一个', '自有'],
  ])('marks_%s_with_its_rule_and_brings_it_into_view', async (field, name, rule, next) => {
    const { page } = await refused(field);
    const marked = page.findAll('[data-bad]');
    expect(marked).toHaveLength(1);
    expect(marked[0]!.text()).toContain(name);
    expect(marked[0]!.get('[role=alert]').text()).toContain(rule);
    expect(vi.mocked(Element.prototype.scrollIntoView).mock.contexts.at(-1)).toBe(marked[0]!.element);
    // The next key goes to what puts it right.
    expect(document.activeElement?.textContent?.trim()).toBe(next);
    expect(page.get('[data-failure]').text()).toContain('标红的那一项');
    page.unmount();
  });

  it('is_not_refused_any_more_once_another_way_of_living_is_chosen', async () => {
    const { page, press } = await refused('occupancy');
    await press('公房');
    expect(page.find('[data-bad], [data-failure]').exists()).toBe(false);
    page.unmount();
  });

  it('for_what_is_not_on_the_page_sends_nobody_to_look_for_a_mark_but_to_the_desk', async () => {
    const { page } = await refused('household');
    expect(page.find('[data-bad]').exists()).toBe(false);
    const note = page.get('[data-failure]');
    expect(note.text()).not.toContain('标红');
    expect(note.get('a').attributes('href')).toBe(`tel:${DESK}`);
    expect(document.activeElement).toBe(note.element);
    page.unmount();
  });
});

describe('a failure', () => {
  const note = (code: string, marked = false) =>
    mount(FailureNote, {
      props: { failure: new CallFailure(code, { field: 'slot' }), marked },
      global: { plugins: [i18n] },
    });

  it.each(['invalid_field', 'too_long', 'internal'])('leaves_a_number_to_call_when_it_is_%s', (code) => {
    expect(note(code).get('a').attributes('href')).toBe(`tel:${DESK}`);
  });

  it('that_is_marked_on_the_page_needs_no_call', () => {
    expect(note('invalid_field', true).find('a').exists()).toBe(false);
  });

  it('without_a_number_of_the_county_still_says_what_to_do', async () => {
    await registered('');
    const told = note('invalid_field');
    expect(told.find('a').exists()).toBe(false);
    expect(told.get('.todo').text()).toContain('返回再做一次');
  });
});
