export { TimesModule } from './times.module.ts';
