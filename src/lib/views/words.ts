/** How numbers, tokens and experts are written everywhere in the pictures. */

const MINUS = '−';

/** A number with about three significant digits and a true minus sign. */
export function number(value: number, digits = 3): string {
	if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : value > 0 ? '∞' : 'not a number';
	const size = Math.abs(value);
	if (size === 0) return '0';
	const text =
		size >= 10 ** digits
			? Math.round(size).toLocaleString('en')
			: size < 1e-4
				? size.toExponential(1).replace('-', MINUS)
				: size.toPrecision(digits);
	return value < 0 ? MINUS + text : text;
}

/** A number with a fixed count of decimals and a true minus sign. */
export function fixed(value: number, decimals: number): string {
	const text = Math.abs(value).toFixed(decimals);
	return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A share as a percentage: `41 %`, `0.3 %`, `< 0.1 %`. */
export function percent(share: number): string {
	const value = share * 100;
	if (value > 0 && value < 0.1) return '< 0.1 %';
	return `${value.toFixed(value < 9.95 && value > 0 ? 1 : 0)} %`;
}

/** The letter of an expert: A to Z, then A1, B1, …. */
export function expertLetter(expert: number): string {
	const letter = String.fromCharCode(65 + (expert % 26));
	return expert < 26 ? letter : letter + String(Math.floor(expert / 26));
}

/** The colour of an expert; from the ninth on the hues come again, with a pattern. */
export const expertColour = (expert: number): string => `var(--expert-${expert % 8})`;

/** Whether the expert's hue is taken by an earlier one, so that it needs a pattern. */
export const hasPattern = (expert: number): boolean => expert >= 8;

/** A token's text made visible: no leading space, a sign for a token that is only white space. */
export function tokenText(text: string | undefined): string {
	if (text === undefined) return '?';
	const trimmed = text.trim();
	if (trimmed !== '') return trimmed;
	return text.includes('\n') ? '↵' : '␣';
}

/** A token in quotation marks, for sentences. */
export const quoted = (text: string | undefined): string => `“${tokenText(text)}”`;
