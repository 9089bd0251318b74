declare module '*.css';
declare module 'vant/es/*/style/index';
