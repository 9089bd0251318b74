/**
 * The incident being reported: its photos, its fields, where it is, and whether the same thing is reported already.
 * The pages show it at once or step by step; what is entered is kept either way.
 */
import { computed, onMounted, ref, shallowRef, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { call, CallFailure, type CategoryView, type Place, type SimilarIncident } from '@/api';
import { useDeed } from './deed';
import { useDraft } from './drafts';
import { ask, hold, runHeld, saved } from './notice';
import { usePhotos } from './photos';
import { recordsTick } from './records';
import { sync } from './sync';

export const FORM = 'incident:new';

export function useReport() {
  const { t } = useI18n();
  const router = useRouter();
  const draft = useDraft(FORM);
  const pictures = usePhotos(FORM);
  /** Null until the phone has answered; empty where the county's have not arrived. */
  const listed = shallowRef<CategoryView[] | null>(null);
  const categories = computed(() => listed.value ?? []);
  const none = computed(() => listed.value?.length === 0);
  const here = ref<Place | null>(null);
  const locating = ref(true);
  const similar = ref<SimilarIncident[]>([]);
  const { busy, failure, badField, badOf, attempt } = useDeed(() => ['category', 'resolution']);

  const field = (name: string) => draft.fields[name] ?? '';
  const category = computed(() => field('category'));
  const chosen = computed(() => categories.value.find((c) => c.code === category.value));
  /** Where the first picture was taken, or where the phone is. */
  const fix = computed(() => pictures.photos.value.find((p) => p.place)?.place ?? here.value);
  /** What is still wanted before it can be sent, in one sentence; empty when nothing. */
  const missing = computed(() => {
    if (none.value) return t('report.wait_categories');
    if (!category.value) return t('report.need_category');
    if (pictures.photos.value.length === 0 && !field('text').trim()) return t('report.need_something');
    if (!fix.value && !locating.value && !field('no_fix_reason')) return t('report.need_reason');
    return '';
  });

  const send = (selfResolved: boolean) =>
    attempt(async () => {
      await runHeld();
      await draft.settled();
      const answer = await call('report_incident', {
        form: FORM,
        category: category.value,
        text: field('text').trim(),
        place_name: field('place_name').trim(),
        self_resolved: selfResolved,
        resolution: selfResolved ? field('resolution').trim() : '',
        no_fix_reason: fix.value ? null : field('no_fix_reason') || null,
      });
      await draft.drop();
      // Undone it is a form again, with its words and photos: the page opens anew to show them.
      const back = () => router.replace({ path: '/report', query: { again: answer.id } });
      saved(selfResolved ? t('report.saved_solved') : t('report.saved'), answer, back);
      await router.replace(`/incident/${answer.id}`);
    });

  /** The same thing is reported already: what was gathered goes there. */
  async function addTo(one: SimilarIncident): Promise<void> {
    const sure = await ask({
      title: t('report.similar_title', { number: one.line.number }),
      text: t('report.similar_ask', { n: pictures.photos.value.length }),
      yes: t('report.similar_yes'),
      no: t('common.not_now'),
    });
    if (!sure) return;
    await attempt(async () => {
      await runHeld();
      await draft.settled();
      const words = [field('place_name').trim(), field('text').trim()].filter(Boolean).join(t('common.comma'));
      const answer = await call('incident_step', {
        id: one.line.id,
        verb: 'supplement',
        text: words || t('incident.photo_only'),
        form: FORM,
      });
      await draft.drop();
      saved(t('report.similar_saved'), answer);
      await router.replace(`/incident/${one.line.id}`);
    });
  }

  async function dropAll(): Promise<void> {
    const sure = await ask({
      title: t('draft.drop_title'),
      text: t('report.drop_all_text', { n: pictures.photos.value.length }),
      yes: t('draft.drop'),
      no: t('common.keep'),
      danger: true,
    });
    if (!sure) return;
    await runHeld();
    await draft.settled();
    const [photos, words] = [pictures.takeOut(pictures.photos.value), draft.takeOut()];
    hold(
      t('report.dropped'),
      async () => {
        await photos.gone();
        await words.gone();
      },
      () => (photos.back(), words.back()),
    );
  }

  async function locate(): Promise<void> {
    try {
      here.value = await call('here');
    } catch {
      // No position is no failure: the page asks for a reason instead.
      here.value = null;
    } finally {
      locating.value = false;
    }
  }

  async function lookForSimilar(): Promise<void> {
    if (!category.value || locating.value) return;
    try {
      similar.value = await call('similar_incidents', { form: FORM, category: category.value });
    } catch {
      // Only a hint: without it the report is made as usual.
      similar.value = [];
    }
  }

  // They come with a contact, while the page may be open.
  watch([recordsTick, () => sync.value?.last_contact_ms], async () => {
    if (!none.value) return;
    // What was answered before stands where this fails: the next contact asks again.
    listed.value = await call('incident_categories').catch(() => listed.value);
  });
  watch([category, fix, locating], () => void lookForSimilar());
  onMounted(async () => {
    void locate();
    try {
      const [list] = await Promise.all([call('incident_categories'), pictures.load(), draft.load()]);
      listed.value = list;
    } catch (error) {
      failure.value = CallFailure.from(error);
    }
  });

  return {
    ...{ draft, pictures, categories, none, category, chosen, fix, locating, similar, missing, field },
    ...{ busy, failure, badField, badOf, send, addTo, dropAll },
  };
}

export type Report = ReturnType<typeof useReport>;
