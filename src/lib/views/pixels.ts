/** Red, green and blue of the ends and the middle of a signed scale. */
export interface ScaleColours {
	plus: readonly number[];
	minus: readonly number[];
	zero: readonly number[];
}

/**
 * The colours that an element's own style holds: `color` for positive numbers, `outline-color` for
 * negative ones and `text-decoration-color` for zero. Slow, so ask once per theme.
 *
 * @returns null if the browser writes colours in another way
 */
export function coloursOf(element: HTMLElement): ScaleColours | null {
	const style = getComputedStyle(element);
	const plus = channels(style.color);
	const minus = channels(style.outlineColor);
	const zero = channels(style.textDecorationColor);
	return plus && minus && zero ? { plus, minus, zero } : null;
}

/**
 * Paints numbers as pixels, one per number; NaN stays clear.
 *
 * @param canvas as wide as there are numbers, one pixel high
 * @param extent the absolute value that gets the full colour
 * @returns false if this browser cannot paint so
 */
export function paint(
	canvas: HTMLCanvasElement,
	values: Float32Array,
	extent: number,
	{ plus, minus, zero }: ScaleColours
): boolean {
	const context = canvas.getContext('2d');
	if (!context || values.length === 0) return false;
	const image = context.createImageData(values.length, 1);
	values.forEach((value, i) => {
		if (Number.isNaN(value)) return;
		const share = Math.min(1, Math.abs(value) / extent);
		const end = value < 0 ? minus : plus;
		for (let c = 0; c < 3; c++) {
			image.data[4 * i + c] = (zero[c] ?? 0) + share * ((end[c] ?? 0) - (zero[c] ?? 0));
		}
		image.data[4 * i + 3] = 255;
	});
	context.putImageData(image, 0, 0);
	return true;
}

/** Red, green and blue of a computed colour such as `rgb(60, 125, 18)`. */
function channels(colour: string): number[] | null {
	const found = /^rgba?\(([^)]*)\)$/.exec(colour)?.[1];
	const numbers = found?.split(/[,\s/]+/).map(Number) ?? [];
	return numbers.length >= 3 ? numbers : null;
}

/** Calls back whenever the page turns light or dark; gives back what ends it. */
export function watchTheme(onchange: () => void): () => void {
	const system = matchMedia('(prefers-color-scheme: dark)');
	const choice = new MutationObserver(onchange);
	system.addEventListener('change', onchange);
	choice.observe(document.documentElement, { attributeFilter: ['data-theme'] });
	return () => {
		system.removeEventListener('change', onchange);
		choice.disconnect();
	};
}
