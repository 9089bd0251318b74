import { mount } from '@vue/test-utils';
import { flushPromises } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineComponent, h } from 'vue';
import { connectTo, type Draft } from '@/api';
import type { Carrier } from '@/api/carrier';
import { carryVisit, markChanged, useVisit } from '@/phone/state/visit';

let kept: Map<string, Draft>;
beforeEach(() => {
  kept = new Map();
  connectTo({
    async call(name: string, args: unknown) {
      await Promise.resolve();
      const draft = args as Draft;
      if (name === 'draft_load') return structuredClone(kept.get(draft.form)) ?? null;
      if (name === 'draft_drop') kept.delete(draft.form);
      else kept.set(draft.form, structuredClone(draft));
      return null;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
});

/** The page of a household; unmounting it is leaving the page. */
async function page(household = 'h1') {
  let visit!: ReturnType<typeof useVisit>;
  const wrapper = mount(
    defineComponent(() => {
      visit = useVisit(household);
      return () => h('div');
    }),
  );
  await visit.load();
  return { visit, leave: () => wrapper.unmount() };
}

describe('a visit being made', () => {
  it('is_there_again_after_the_page_was_left', async () => {
    const first = await page();
    first.visit.checks.value = ['people=same', 'phone=declined'];
    first.visit.note.value = '邻居说';
    first.visit.toggle('d1');
    await first.visit.draft.settled();
    first.leave();

    const { visit } = await page();
    expect(visit.checks.value).toEqual(['people=same', 'phone=declined']);
    expect(visit.note.value).toBe('邻居说');
    expect(visit.turned.value).toEqual(['d1']);
    visit.toggle('d1');
    visit.checks.value = ['phone=declined'];
    await visit.draft.settled();
    expect(kept.get('visit:h1')?.fields).toEqual({ phone: 'declined', note: '邻居说' });
  });

  it('knows_that_something_was_changed_here_also_after_the_app_died', async () => {
    await markChanged('h1');
    expect((await page()).visit.changed.value).toBe(true);
    expect((await page('h2')).visit.changed.value).toBe(false);
  });

  it('is_without_changes_again_when_the_change_was_undone', async () => {
    const unmark = await markChanged('h1');
    const { visit } = await page();
    unmark();
    await flushPromises();
    expect(visit.changed.value).toBe(false);
    expect(kept.has('visit:h1')).toBe(false);
  });

  it('stays_changed_when_only_the_second_of_two_changes_was_undone', async () => {
    await markChanged('h1');
    (await markChanged('h1'))();
    await flushPromises();
    expect((await page()).visit.changed.value).toBe(true);
  });

  it('of_another_day_leaves_its_words_and_nothing_that_was_asked_then', async () => {
    const yesterday = Date.now() - 86_400_000;
    const fields = { people: 'same', turned: 'd1', changed: '1', note: '门铃坏了' };
    kept.set('visit:h1', { form: 'visit:h1', fields, saved_ms: yesterday });
    const { visit } = await page();
    expect(visit.checks.value).toEqual([]);
    expect([visit.changed.value, visit.turned.value, visit.note.value]).toEqual([false, [], '门铃坏了']);
  });

  it('goes_on_with_the_record_that_stays_and_writes_over_nothing_there', async () => {
    const { visit } = await page('h2');
    visit.note.value = '水管漏水';
    visit.checks.value = ['people=changed', 'phone=same'];
    visit.toggle('d1');
    await markChanged('h2');
    const fields = { note: '门铃坏了', people: 'same', turned: 'd2' };
    kept.set('visit:h1', { form: 'visit:h1', fields, saved_ms: Date.now() });
    await carryVisit('h2', 'h1');
    expect(kept.has('visit:h2')).toBe(false);
    expect(kept.get('visit:h1')?.fields).toEqual({
      note: '门铃坏了；水管漏水',
      ...{ people: 'same', phone: 'same', turned: 'd2 d1', changed: '1' },
    });
  });

  it('that_was_not_begun_leaves_that_of_the_other_record_alone', async () => {
    await page('h2');
    kept.set('visit:h1', { form: 'visit:h1', fields: { note: '门铃坏了' }, saved_ms: 1 });
    await carryVisit('h2', 'h1');
    expect([...kept.values()]).toEqual([{ form: 'visit:h1', fields: { note: '门铃坏了' }, saved_ms: 1 }]);
  });
});
