/** The photos of a form that was not sent yet: taken, picked from the gallery, dropped, back after the app died. */
import { computed, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { call, CallFailure, type PhotoView } from '@/api';
import { base64Of } from '@/phone/pictures';
import { hold, runHeld } from './notice';

const SLOW_MS = 8000;

export function usePhotos(form: string) {
  const { t } = useI18n();
  const photos = ref<PhotoView[]>([]);
  /** Those that were there when the page opened: of an earlier visit to it, or of a process that is gone. */
  const earlier = ref<string[]>([]);
  const back = computed(() => photos.value.filter((p) => earlier.value.includes(p.id)).length);
  /** Off the page, deleted when the bar goes. */
  const out = new Set<string>();
  const taking = ref(false);
  /** It takes longer than it should: said, so that nobody waits in front of it. */
  const slow = ref(false);
  const failure = ref<CallFailure | null>(null);

  async function read(): Promise<void> {
    // What another visit to this page threw away does not come back.
    if (out.size === 0) await runHeld();
    const all = await call('draft_photos', { form });
    photos.value = all.filter((p) => !out.has(p.id));
  }

  /** Once, when the page opens. */
  async function load(): Promise<void> {
    await read();
    earlier.value = photos.value.map((p) => p.id);
  }

  /** `pick` opens the gallery where there is no camera. */
  async function take(data: string | null, pick?: () => void): Promise<void> {
    taking.value = true;
    failure.value = null;
    // From when the page is seen again: the time in the camera is the worker's own.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      clearTimeout(timer);
      slow.value = false;
      timer = setTimeout(() => (slow.value = true), SLOW_MS);
    };
    wait();
    document.addEventListener('visibilitychange', wait);
    try {
      await call('take_photo', { form, data_base64: data });
      // Also one that the camera had kept from before.
      await read();
    } catch (error) {
      const refused = CallFailure.from(error);
      if (refused.code === 'not_on_this_platform' && data === null) pick?.();
      // Leaving the camera without a picture is no failure.
      else if (refused.code !== 'cancelled') failure.value = refused;
    } finally {
      document.removeEventListener('visibilitychange', wait);
      clearTimeout(timer);
      slow.value = false;
      taking.value = false;
    }
  }

  async function picked(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const chosen = input.files?.[0];
    input.value = '';
    if (chosen) await take(await base64Of(chosen));
  }

  /** Off the page at once: `gone` deletes them, `back` shows them again. */
  function takeOut(some: PhotoView[]): { gone: () => Promise<void>; back: () => void } {
    const before = photos.value;
    for (const photo of some) out.add(photo.id);
    photos.value = before.filter((p) => !out.has(p.id));
    return {
      async gone() {
        for (const photo of some) await call('drop_photo', { id: photo.id });
      },
      back() {
        for (const photo of some) out.delete(photo.id);
        photos.value = [...photos.value, ...some].sort((a, b) => a.taken_ms - b.taken_ms);
      },
    };
  }

  function drop(photo: PhotoView): void {
    void runHeld();
    const { gone, back } = takeOut([photo]);
    hold(t('report.photo_dropped'), gone, back);
  }

  return { photos, back, taking, slow, failure, load, take, picked, drop, takeOut };
}

export type Photos = ReturnType<typeof usePhotos>;
