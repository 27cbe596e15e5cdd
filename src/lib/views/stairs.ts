import { attentionScale, type ScaleSettings } from '$lib/math/attention';

/** Corners of the staircase of the query scale, from the position `first` to `last`, in drawing order. */
export function stairsOf(settings: ScaleSettings, first: number, last: number): [number, number][] {
	const scale = (position: number) => attentionScale(position, settings);
	const corners: [number, number][] = [[first, scale(first)]];
	for (let step = 1; ; step = nextStep(step)) {
		const position = step * settings.floorScale - 1;
		if (position > last) break;
		if (position <= first) continue;
		corners.push([position, corners.at(-1)?.[1] ?? 1], [position, scale(position)]);
	}
	corners.push([last, scale(last)]);
	return corners;
}

/** Every step up to the 64th; then so many at once that a logarithmic axis shows no difference. */
const nextStep = (step: number) => step + Math.max(1, Math.floor(step / 64));

/** A line through points, as an SVG path. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
	return points
		.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`)
		.join('');
}

/** Marks of a logarithmic axis of positions: powers of 4 up to a few hundred, of 10 beyond. */
export const positionTicks = (last: number): number[] => powers(last <= 1024 ? 4 : 10, last);

/** Powers from 1 to `last`: marks of a logarithmic axis. */
export function powers(base: number, last: number): number[] {
	const ticks: number[] = [];
	for (let tick = 1; tick <= last; tick *= base) ticks.push(tick);
	return ticks;
}

/** A count in a few letters: `64`, `10k`, `1M`. */
export function shortCount(count: number): string {
	if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))}M`;
	if (count >= 1e4) return `${Number((count / 1e3).toPrecision(3))}k`;
	return count.toLocaleString('en');
}
