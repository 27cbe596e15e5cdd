import type { ModelConfig } from '$lib/protocol/config';
import {
	INITIAL_SETTINGS,
	modelConfig,
	nearestSettings,
	writeSettings
} from '$lib/protocol/settings';
import { stackScopes } from '$lib/math/stack';

/** A link to the living model with these layers and walls, and whether its settings can say them. */
export function livingLink(
	config: ModelConfig,
	stack: string,
	chunk: number
): { query: string; isExact: boolean } {
	const layers = stackScopes(stack, chunk).map(({ kind }) => ({
		positions: kind === 'global' ? ('nope' as const) : ('rope' as const),
		scope: kind,
		feedForward: 'moe' as const
	}));
	const settings = nearestSettings({ ...config, layers, chunk }, INITIAL_SETTINGS);
	const made = modelConfig(settings, config.vocabulary);
	const isExact = made.layers.every(({ scope }, i) => scope === layers[i]?.scope);
	return { query: writeSettings(settings).toString(), isExact };
}
