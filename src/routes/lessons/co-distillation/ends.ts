import type { DistillFrame } from '$lib/protocol/distill';

/** How far from the law the three students of a run stand at its last frame; null before the first. */
export function endsIn(frames: readonly DistillFrame[]): readonly [number, number, number] | null {
	const [hard, half, own] = frames.at(-1)?.students.map(({ divergence }) => divergence) ?? [];
	return hard === undefined || half === undefined || own === undefined ? null : [hard, half, own];
}
