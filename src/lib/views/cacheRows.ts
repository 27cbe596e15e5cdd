import { decodeStep, type AttentionScope } from '$lib/math/attention';

/** What a layer's cache holds of a position while another one is written. */
export type Held = 'seen' | 'hidden' | 'dropped' | 'own' | 'later';

/** The state of every position in the cache of one layer while the token at `position` is written. */
export function heldIn(scope: AttentionScope, position: number, count: number): Held[] {
	const { firstKey, visible } = decodeStep(position, scope);
	return Array.from({ length: count }, (_, key) => {
		if (key > position) return 'later';
		if (key === position) return 'own';
		if (key < firstKey) return 'dropped';
		return key > position - visible ? 'seen' : 'hidden';
	});
}

export const HELD_WORDS = {
	seen: 'kept and seen',
	hidden: 'kept, but behind the wall',
	dropped: 'dropped',
	own: 'the token itself',
	later: 'not written yet'
} as const satisfies Record<Held, string>;
