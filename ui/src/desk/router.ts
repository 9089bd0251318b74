/** Pages of the desk by address. Without a session every one of them is the login. */
import { createRouter, createWebHashHistory } from 'vue-router';

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/incidents' },
    { path: '/incidents/:id?', name: 'incidents', component: () => import('./pages/IncidentsPage.vue') },
    { path: '/patrols/:id?', name: 'patrols', component: () => import('./pages/PatrolsPage.vue') },
    { path: '/visits', name: 'visits', component: () => import('./pages/VisitsPage.vue') },
    { path: '/review', name: 'review', component: () => import('./pages/ReviewPage.vue') },
    { path: '/duplicates', name: 'duplicates', component: () => import('./pages/DuplicatesPage.vue') },
    { path: '/grids/:id?/:tab?', name: 'grids', component: () => import('./pages/GridsPage.vue') },
    { path: '/imports', name: 'imports', component: () => import('./pages/ImportPage.vue') },
    { path: '/accounts', name: 'accounts', component: () => import('./pages/AccountsPage.vue') },
    { path: '/devices', name: 'devices', component: () => import('./pages/DevicesPage.vue') },
    { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue') },
    { path: '/:rest(.*)', redirect: '/incidents' },
  ],
});
