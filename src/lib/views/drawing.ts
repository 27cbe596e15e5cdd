/** Where the points of a drawn curve lie in its picture, and where the hand is on it. */

export interface Plot {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
	/** Ends of the heights. */
	min: number;
	max: number;
	/** The last place, from 0. */
	last: number;
}

export interface Spot {
	place: number;
	height: number;
}

export const xOf = ({ width, margin, last }: Plot, place: number): number =>
	margin.left + (place / last) * (width - margin.left - margin.right);

export const yOf = ({ height, margin, min, max }: Plot, value: number): number =>
	margin.top + ((max - value) / (max - min)) * (height - margin.top - margin.bottom);

/** The nearest place and height to a point, both given as shares of the picture from its top left. */
export function spotAt(plot: Plot, across: number, down: number): Spot {
	const { width, height, margin, min, max, last } = plot;
	const inside = (across * width - margin.left) / (width - margin.left - margin.right);
	const above = (down * height - margin.top) / (height - margin.top - margin.bottom);
	return {
		place: Math.round(Math.min(1, Math.max(0, inside)) * last),
		height: max - Math.min(1, Math.max(0, above)) * (max - min)
	};
}

/** The spots of a stroke: a fast hand jumps over places, which lie on the straight way. */
export function strokeOf(from: Spot, to: Spot): Spot[] {
	const way = Math.abs(to.place - from.place);
	const steps = Array.from({ length: Math.max(0, way - 1) }, (_, i) => (i + 1) / way);
	const between = steps.map((share) => ({
		place: from.place + Math.round(share * (to.place - from.place)),
		height: from.height + share * (to.height - from.height)
	}));
	return [...between, to];
}
