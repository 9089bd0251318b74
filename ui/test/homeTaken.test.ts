import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { connectTo, type AppState, type HouseholdView } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import PersonForm from '@/phone/screens/PersonForm.vue';
import { settings, take } from '@/phone/state/app';
import { dismiss } from '@/phone/state/notice';
import { i18n } from '@/words/language';

const LI = { id: 'p1', name: '李**', relation: '' };
const THERE = { id: 'h9', door: '2幢1单元 302', occupancy: 'unknown', people: [LI] } as unknown as HouseholdView;

beforeEach(async () => {
  Element.prototype.scrollIntoView = vi.fn();
  await take({ phase: 'ready', settings: settings.value, contacts: { desk_phone: '05430000000' } } as AppState);
});
afterEach(() => (dismiss(), document.body.replaceChildren()));

/** Somebody is registered in a flat that a colleague's household has taken meanwhile. */
async function taken(there: () => HouseholdView) {
  const saves: [string, unknown][] = [];
  connectTo({
    async call(name: string, args: { moves_into?: { beside: boolean } | null; household?: string }) {
      await Promise.resolve();
      if (name === 'household') return there();
      if (name === 'save_person' && args.moves_into && !args.moves_into.beside && saves.length === 0) {
        saves.push([name, args]);
        throw new CallFailure('home_taken', { household: 'h9' });
      }
      if (name === 'former_homes') return [];
      if (name.startsWith('save_')) return (saves.push([name, args]), { id: 'n1', undo: `u${saves.length}` });
      return null;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
  const page = { template: '<p />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/dwelling/:dwelling/person/:id', component: PersonForm },
      { path: '/household/:id', component: page },
      { path: '/households', component: page },
    ],
  });
  await router.push('/dwelling/w9/person/new');
  const form = mount(PersonForm, { attachTo: document.body, global: { plugins: [i18n, router] } });
  await flushPromises();
  const press = async (words: string) => {
    const button = form.findAll('button').find((one) => one.text() === words);
    await button!.trigger('click');
    await flushPromises();
  };
  await form.get('#f-name').setValue('王大力');
  await press('租住');
  await press('保存 2 项');
  return { form, press, saves, router };
}

describe('a flat that a colleague registered meanwhile', () => {
  it('joined_keeps_the_way_of_living_that_was_chosen_and_leads_to_its_page', async () => {
    const { press, saves, router } = await taken(() => THERE);
    await press('就是这一户，加进来');
    expect(saves.slice(1)).toMatchObject([
      ['save_person', { household: 'h9', moves_into: null, fields: { name: '王大力' } }],
      ['save_household', { id: 'h9', occupancy: 'tenant', note: null, phone: null, dwelling: null }],
    ]);
    expect(router.currentRoute.value.path).toBe('/household/h9');
  });

  it('joined_does_not_write_over_the_way_of_living_that_is_on_record', async () => {
    const { press, saves } = await taken(() => ({ ...THERE, occupancy: 'owner' }));
    await press('就是这一户，加进来');
    expect(saves.map(([name]) => name)).toEqual(['save_person', 'save_person']);
  });

  it('names_who_lives_there_without_a_relation_nobody_wrote', async () => {
    const { form } = await taken(() => THERE);
    expect(form.text()).toContain('李**');
    expect(form.text()).not.toContain('李** ·');
  });

  it.each(['while_it_is_looked_at', 'when_it_is_joined'])('and_took_back_%s_is_registered_as_empty', async (when) => {
    let there = when === 'when_it_is_joined';
    const { form, press, saves, router } = await taken(() => {
      if (there) return THERE;
      throw new CallFailure('not_found');
    });
    if (there) {
      there = false;
      await press('就是这一户，加进来');
    }
    expect(form.text()).toContain('那一户又撤掉了');
    expect(form.find('[data-failure] a').exists()).toBe(false);
    expect(form.text()).not.toContain('就是这一户，加进来');
    await press('保存 2 项');
    expect(saves.at(-1)).toMatchObject(['save_person', { household: null, moves_into: { dwelling: 'w9' } }]);
    expect(router.currentRoute.value.path).toBe('/household/n1');
  });
});
