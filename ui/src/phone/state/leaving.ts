/** Back where one came from; a page opened directly goes to its parent. Resolves once the other page is there. */
import type { Router } from 'vue-router';

export async function leave(router: Router, parent: string): Promise<void> {
  if (!window.history.state?.back) return void (await router.replace(parent));
  await new Promise<void>((there) => {
    const offs = [router.afterEach(arrived), router.onError(arrived)];
    function arrived(): void {
      offs.forEach((off) => off());
      there();
    }
    router.back();
  });
}
