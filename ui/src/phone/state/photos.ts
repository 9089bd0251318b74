/** The photos of a form that was not sent yet: taken, picked from the gallery, dropped, back after the app died. */
import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { call, CallFailure, type PhotoView } from '@/api';
import { base64Of } from '@/phone/pictures';
import { ask, fail } from './notice';

export function usePhotos(form: string) {
  const { t } = useI18n();
  const photos = ref<PhotoView[]>([]);
  const taking = ref(false);
  const failure = ref<CallFailure | null>(null);

  async function load(): Promise<void> {
    photos.value = await call('draft_photos', { form });
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

  async function drop(photo: PhotoView): Promise<void> {
    const sure = await ask({
      title: t('report.drop_photo'),
      text: t('report.drop_photo_text'),
      yes: t('report.drop_photo_yes'),
      no: t('common.keep'),
      danger: true,
    });
    if (!sure) return;
    try {
      await call('drop_photo', { id: photo.id });
      photos.value = photos.value.filter((p) => p.id !== photo.id);
    } catch (error) {
      fail(error);
    }
  }

  async function dropAll(): Promise<void> {
    for (const photo of photos.value) await call('drop_photo', { id: photo.id });
    photos.value = [];
  }

  return { photos, taking, failure, load, take, picked, drop, dropAll };
}

export type Photos = ReturnType<typeof usePhotos>;
