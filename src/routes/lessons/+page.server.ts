import { LESSON_IDS, type LessonId } from './words';

const PAGES = Object.keys(import.meta.glob('./*/+page.svelte'));

/** The lessons that there are. Read at build time only. */
export function load(): { ids: LessonId[] } {
	return { ids: LESSON_IDS.filter((id) => PAGES.includes(`./${id}/+page.svelte`)) };
}
