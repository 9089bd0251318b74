/** The photos of a form that was not sent yet: taken, picked from the gallery, dropped, back after the app died. */
import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { call, CallFailure, type PhotoView } from '@/api';
import { base64Of } from '@/phone/pictures';
import { hold, runHeld } from './notice';

export function usePhotos(form: string) {
  const { t } = useI18n();
  const photos = ref<PhotoView[]>([]);
  /** Off the page, deleted when the bar goes. */
  const out = new Set<string>();
  const taking = ref(false);
  const failure = ref<CallFailure | null>(null);

  async function load(): Promise<void> {
    // What another visit to this page threw away does not come back.
    if (out.size === 0) await runHeld();
    const all = await call('draft_photos', { form });
    photos.value = all.filter((p) => !out.has(p.id));
  }

  /** `pick` opens the gallery where there is no camera. */
  async function take(data: string | null, pick?: () => void): Promise<void> {
    taking.value = true;
    failure.value = null;
    try {
      await call('take_photo', { form, data_base64: data });
      // Also one that the camera had kept from before.
      await load();
    } catch (error) {
      const refused = CallFailure.from(error);
      if (refused.code === 'not_on_this_platform' && data === null) pick?.();
      // Leaving the camera without a picture is no failure.
      else if (refused.code !== 'cancelled') failure.value = refused;
    } finally {
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

  return { photos, taking, failure, load, take, picked, drop, takeOut };
}

export type Photos = ReturnType<typeof usePhotos>;
