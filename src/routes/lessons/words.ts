/** What a lesson says, as data: its page and its text version show the same words. */
import type { Pathname } from '$app/types';

/** The lessons, in the order in which they are best taken. */
export const LESSON_IDS = [
	'chunked-attention',
	'irope',
	'nope-temperature',
	'router',
	'co-distillation'
] as const;
export type LessonId = (typeof LESSON_IDS)[number];

/** One step of a lesson. Texts are in the markup of `prose.ts`. */
export interface StepWords {
	/** Short and stable, such as `gate`. */
	id: string;
	title: string;
	/** Paragraphs. */
	text: readonly string[];
	/** What the learner does now: predict, change or build something. */
	act: string;
	/** What the main figure shows at this step, for those who do not see it. */
	picture: string;
	/** Sub-steps of the figure inside this step; 1 unless told. */
	moments?: number;
	/** A sentence for each sub-step, shown while the figure stands there. */
	captions?: readonly string[];
}

/** How far something in the lesson can be trusted, and where it comes from. */
export interface Honesty {
	kind: 'exact' | 'ours' | 'simplified';
	/** In the markup of `prose.ts`. */
	text: string;
	/** File and function of the reference code, or a paper; empty for what is ours alone. */
	source: string;
}

export interface LessonWords {
	id: LessonId;
	title: string;
	/** What the lesson opens with. */
	question: string;
	/** One sentence for the index and for search engines. */
	summary: string;
	steps: readonly StepWords[];
	honesty: readonly Honesty[];
}

/** Sub-steps of the figure inside a step. */
export function momentsOf({ moments, captions }: StepWords): number {
	return Math.max(1, moments ?? captions?.length ?? 1);
}

/** Where a lesson stands on the site, without the site's base; `rest` goes on behind it. */
export function pathOf(id: LessonId, rest = ''): Pathname {
	return `/lessons/${id}/${rest}` as Pathname;
}
