import { LESSON_IDS, type LessonWords } from './words';

/** What every lesson's own `load` gives, whatever else it gives. */
interface LessonModule {
	load: () => { words: LessonWords };
}

const MODULES = import.meta.glob<LessonModule>('./*/+page.server.ts');

/** How a lesson stands in the index. */
export type Listed = Pick<LessonWords, 'id' | 'title' | 'question' | 'summary'>;

/** The lessons that there are, in the order to take them. Read at build time only. */
export async function load(): Promise<{ lessons: Listed[] }> {
	const found = LESSON_IDS.map((id) => MODULES[`./${id}/+page.server.ts`]);
	const modules = await Promise.all(found.flatMap((read) => (read ? [read()] : [])));
	const loaded = modules.map((one) => one.load());
	return {
		lessons: loaded.map(({ words: { id, title, question, summary } }) => ({
			...{ id, title, question, summary }
		}))
	};
}
