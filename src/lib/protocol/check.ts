import type { ModelConfig } from './config';

/** One sentence naming the first reason why no model can be built so, or null if one can. */
export function checkConfig(config: ModelConfig): string | null {
	const { heads, kvHeads, headWidth, experts, topK } = config;
	if (heads % kvHeads !== 0) {
		return `${heads} query heads cannot share ${kvHeads} key-value heads evenly.`;
	}
	if (headWidth % 2 !== 0) return `A head width of ${headWidth} is odd, and rotations need pairs.`;
	if (topK > experts) return `A token cannot visit ${topK} of ${experts} experts.`;
	return null;
}
