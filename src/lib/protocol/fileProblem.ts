/**
 * What is wrong with a visitor's file, in one sentence that names the first problem found. Readers of
 * files throw this and nothing else, so whoever opens a file catches it in one place and shows `message`.
 */
export class FileProblem extends Error {
	override name = 'FileProblem';
}

/** A name from a file that is safe to show: quoted, and cut after 60 characters. */
export function quoted(text: string): string {
	return `“${shortened(text)}”`;
}

/** A text from a file, cut after 60 characters. */
export function shortened(text: string): string {
	const letters = [...text.slice(0, 200)];
	return letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : text;
}

/** Whether something read from JSON is an object with names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
