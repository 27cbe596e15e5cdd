import type { LayerConfig, ModelConfig } from '$lib/protocol/config';

/** The colour of a layer's kind: blue where it has rotary positions, amber where it has none. */
export function layerColour({ positions }: LayerConfig): {
	ink: string;
	fill: string;
	tint: string;
} {
	return positions === 'rope'
		? { ink: 'var(--rope)', fill: 'var(--rope)', tint: 'var(--rope-tint)' }
		: { ink: 'var(--nope)', fill: 'var(--nope-fill)', tint: 'var(--nope-tint)' };
}

/** The colour of how far a layer looks, where no more is said of it: blue inside walls, amber without. */
export const scopeColour = (kind: LayerConfig['scope']): ReturnType<typeof layerColour> =>
	layerColour({ positions: kind === 'global' ? 'nope' : 'rope', scope: kind, feedForward: 'moe' });

const SCOPE_WORDS = {
	chunked: (chunk: number) => `sees its own chunk of ${chunk}`,
	sliding: (chunk: number) => `sees the last ${chunk}`,
	global: () => 'sees all earlier tokens'
} as const;

/** A layer's kind in words: `RoPE, sees its own chunk of 8, 8 experts`. */
export function layerWords({ layers, chunk, experts }: ModelConfig, layer: number): string {
	const config = layers[layer];
	if (!config) return '';
	const positions = config.positions === 'rope' ? 'RoPE' : 'NoPE';
	const feedForward = config.feedForward === 'moe' ? `${experts} experts` : 'dense';
	return `${positions}, ${SCOPE_WORDS[config.scope](chunk)}, ${feedForward}`;
}
