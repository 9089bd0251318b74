/** Pages by address. Which may open depends on the phase alone; a press of "back" closes what lies over a page first. */
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import type { Phase } from '@/api';
import { phase } from './state/app';
import { back } from './state/back';
import TodayScreen from './screens/TodayScreen.vue';

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown with the tab bar, this tab lit. */
    tab?: 'today' | 'households' | 'patrol' | 'incidents' | 'me';
    /** Open in this phase instead of `ready`. */
    phase?: 'new' | 'locked' | 'needs_desk';
    /** Person data on it: watermarked. */
    people?: boolean;
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/today' },
  { path: '/enrol', component: () => import('./screens/EnrolScreen.vue'), meta: { phase: 'new' } },
  { path: '/unlock', component: () => import('./screens/UnlockScreen.vue'), meta: { phase: 'locked' } },
  { path: '/forgot-pin', component: () => import('./screens/ReopenScreen.vue'), meta: { phase: 'locked' } },
  { path: '/needs-desk', component: () => import('./screens/ReopenScreen.vue'), meta: { phase: 'needs_desk' } },
  { path: '/first-sync', component: () => import('./screens/FirstSyncScreen.vue') },
  { path: '/today', component: TodayScreen, meta: { tab: 'today' } },
  {
    path: '/households',
    component: () => import('./screens/HouseholdsScreen.vue'),
    meta: { tab: 'households', people: true },
  },
  { path: '/unplaced', component: () => import('./screens/UnplacedScreen.vue'), meta: { people: true } },
  { path: '/household/:id', component: () => import('./screens/HouseholdScreen.vue'), meta: { people: true } },
  { path: '/household/:id/edit', component: () => import('./screens/HouseholdForm.vue'), meta: { people: true } },
  {
    path: '/household/:household/person/:id',
    component: () => import('./screens/PersonForm.vue'),
    meta: { people: true },
  },
  // A flat nobody lives in as far as is known: the household is made with its first person.
  {
    path: '/dwelling/:dwelling/person/:id',
    component: () => import('./screens/PersonForm.vue'),
    meta: { people: true },
  },
  { path: '/patrol', component: () => import('./screens/PatrolScreen.vue'), meta: { tab: 'patrol' } },
  { path: '/incidents', component: () => import('./screens/IncidentsScreen.vue'), meta: { tab: 'incidents' } },
  { path: '/report', component: () => import('./screens/ReportScreen.vue') },
  { path: '/incident/:id', component: () => import('./screens/IncidentScreen.vue') },
  { path: '/review', component: () => import('./screens/ReviewScreen.vue'), meta: { people: true } },
  { path: '/review/refused/:op', component: () => import('./screens/RefusedForm.vue'), meta: { people: true } },
  { path: '/me', component: () => import('./screens/MeScreen.vue'), meta: { tab: 'me' } },
  { path: '/me/sync', component: () => import('./screens/SyncScreen.vue') },
  { path: '/me/access', component: () => import('./screens/AccessScreen.vue'), meta: { people: true } },
  { path: '/me/about', component: () => import('./screens/AboutMeScreen.vue') },
  { path: '/me/week', component: () => import('./screens/WeekScreen.vue') },
  { path: '/me/privacy', component: () => import('./screens/PrivacyScreen.vue') },
  { path: '/:rest(.*)', redirect: '/today' },
];

// Before the router's own listener, which is added when it is made: its guards must already know it was a step back.
let stepping = false;
window.addEventListener('popstate', () => {
  stepping = true;
  setTimeout(() => (stepping = false));
});

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  // The first page stands at its top already; asking where it stands would lay it out a second time.
  scrollBehavior: (_to, from, saved) => saved ?? (from.matched.length > 0 ? { top: 0 } : false),
});

const HOME = { new: '/enrol', locked: '/unlock', needs_desk: '/needs-desk', ready: '/today' } as const;

router.beforeEach((to) => {
  const wanted = to.meta.phase ?? 'ready';
  if (wanted !== phase.value) return HOME[phase.value];
  // A press of back with a sheet open closes the sheet and stays.
  if (stepping && back.press()) return false;
  return true;
});

/** Where the app belongs after its phase changed: after enrolling, to the first sync. */
export async function goHome(before: Phase): Promise<void> {
  await router.replace(before === 'new' && phase.value === 'ready' ? '/first-sync' : HOME[phase.value]);
}
