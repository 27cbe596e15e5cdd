import { longContext } from '$lib/experiments/longContext';
import type { Numbers, Probed } from '$lib/protocol/trial';

/** Lengths of text that the experiment measures at, and the names of its scales. */
export const LENGTHS = [31, 64, 128, 256, 512] as const;
const SCALES = { off: 'no scale', tenth: 'growth 0.1', half: 'growth 0.5' } as const;

/** What was measured at the end of a run, or null where it has not come to its end. */
export function finalOf(
	run: { arms: readonly { probed: readonly Probed[] }[] } | null | undefined
): Numbers | null {
	const last = run?.arms[0]?.probed.at(-1);
	return last?.step === longContext.steps ? last.numbers : null;
}

/** One kind of number over the lengths, a line per scale. */
export function linesOf(
	what: 'weight' | 'accuracy' | 'entropy' | 'share',
	numbers: Numbers
): { name: string; values: number[] }[] {
	return Object.entries(SCALES).map(([scale, name]) => ({
		name,
		values: LENGTHS.map((length) => numbers[`${what}.${length}.${scale}`] ?? NaN)
	}));
}

/** The lowest and the highest of a number over the recorded seeds. */
export function spreadOf(
	seeds: readonly { arms: readonly { probed: readonly Probed[] }[] }[],
	name: string
): [number, number] {
	const found = seeds.map((seed) => finalOf(seed)?.[name] ?? NaN);
	return [Math.min(...found), Math.max(...found)];
}
