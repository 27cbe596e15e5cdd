/** Values that a lesson keeps in its link: how each is read, and how it is written. */

export interface Key<T> {
	/** The value when the link is silent. */
	initial: T;
	/** Reads a value; `note` is a sentence where the text was not one. Never throws. */
	read: (text: string) => { value: T; note: string | null };
	write: (value: T) => string;
}

/** The keys of a lesson by their names in the link, whatever their values are. */
export type Keys = Readonly<
	Record<
		string,
		{
			initial: unknown;
			read: (text: string) => { value: unknown; note: string | null };
			write: (value: never) => string;
		}
	>
>;

/** The values that go with keys. */
export type Values<K> = { [Name in keyof K]: K[Name] extends Key<infer T> ? T : never };

/** The numbers that a value may be: from `min` to `max` in whole steps of `by`. */
export interface Range {
	min: number;
	max: number;
	by: number;
}

/** A number inside a range, which its slider has too. */
export function numberKey(
	name: string,
	{ min, max, initial, by = 1 }: Omit<Range, 'by'> & { initial: number; by?: number }
): Key<number> & Range {
	const read = (text: string) => {
		const given = text.trim() === '' ? NaN : Number(text);
		if (Number.isNaN(given)) return { value: initial, note: noted(name, text, `${initial}`) };
		const inside = Math.min(max, Math.max(min, given));
		const value = Number((min + Math.round((inside - min) / by) * by).toPrecision(10));
		return { value, note: value === given ? null : noted(name, text, `${value}`) };
	};
	return { initial, read, write: String, min, max, by };
}

/** One of a few words. */
export function choiceKey<const T extends string>(
	name: string,
	options: readonly T[],
	initial: NoInfer<T>
): Key<T> {
	const read = (text: string) => {
		const value = options.find((option) => option === text);
		return { value: value ?? initial, note: value ? null : noted(name, text, initial) };
	};
	return { initial, read, write: (value) => value };
}

/** Yes or no, written as 1 or 0. */
export function flagKey(name: string, initial: boolean): Key<boolean> {
	const read = (text: string) => {
		if (text === '1' || text === '0') return { value: text === '1', note: null };
		return { value: initial, note: noted(name, text, initial ? '1' : '0') };
	};
	return { initial, read, write: (value) => (value ? '1' : '0') };
}

/** A short text that fits a pattern, such as a row of layers `cccg`. */
export function textKey(name: string, pattern: RegExp, initial: string): Key<string> {
	const read = (text: string) => {
		const isGood = pattern.test(text);
		return { value: isGood ? text : initial, note: isGood ? null : noted(name, text, initial) };
	};
	return { initial, read, write: (value) => value };
}

const noted = (name: string, text: string, used: string) =>
	`${name} cannot be “${shortened(text)}”; ${used} is used.`;

/** A piece of a link that is safe to show: at most 24 characters. */
export function shortened(text: string): string {
	const letters = [...text];
	return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : text;
}
