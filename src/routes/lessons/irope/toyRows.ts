import { changeOf } from '$lib/math/ripple';
import { recordingOf, type HookPoint, type Trace } from '$lib/protocol/trace';

/** What a pass must record to tell how far a change of places reaches. */
export const RIPPLE_POINTS: readonly HookPoint[] = ['embeddings', 'residual.out'];

/** Float32 sums of the same numbers in another order differ by less than this. */
const ROUNDING = 1e-5;

/** The text with a token and the next one in each other's place. */
export function swapped(tokens: readonly number[], swap: number): number[] {
	const [a = 0, b = 0] = [tokens[swap], tokens[swap + 1]];
	return tokens.with(swap, b).with(swap + 1, a);
}

/** How much each token's vector changed at each height, by its place before. */
export function rippleOf(before: Trace, after: Trace, swap: number): number[][] {
	const heights = before.recordings.map(({ point, layer }) => ({ point, layer }));
	const placeAfter = (token: number) =>
		token === swap ? swap + 1 : token === swap + 1 ? swap : token;
	return heights.map(({ point, layer }) => {
		const [was, is] = [before, after].map((trace) => recordingOf(trace, point, layer));
		const width = was?.shape.at(-1) ?? 0;
		const vector = (data: Float32Array | undefined, place: number) =>
			data?.subarray(place * width, (place + 1) * width) ?? [];
		return Array.from(before.tokens, (_, token) =>
			changeOf(vector(was?.data, token), vector(is?.data, placeAfter(token)), ROUNDING)
		);
	});
}
