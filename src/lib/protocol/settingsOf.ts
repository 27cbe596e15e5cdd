import type { ModelConfig } from './config';
import { modelConfig, nearestValue, SETTINGS, type SettingName, type Settings } from './settings';

/**
 * The settings that describe a model, the reverse of `modelConfig`. What no setting can say goes to the
 * nearest value; how the model is trained is taken from `base`.
 */
export function settingsOf(config: ModelConfig, base: Settings): Settings {
	const { width, heads, kvHeads, headWidth, feedForward, denseFeedForward } = config;
	const { experts, topK, chunk, attentionScale, rope, variants } = config;
	const found = {
		...base,
		...{ width, heads, kvHeads, headWidth, feedForward, denseFeedForward, experts, topK, chunk },
		layers: config.layers.length,
		qkNorm: Number(config.qkNorm),
		floorScale: attentionScale?.floorScale ?? base.floorScale,
		attnScale: attentionScale?.attnScale ?? 0,
		theta: rope.theta,
		ropeFactor: rope.scaling?.factor ?? 1,
		tied: Number(config.tiedEmbeddings),
		length: config.maxLength,
		gate: Number(variants.gate === 'output'),
		router: Number(variants.router === 'softmax'),
		scale: Number(variants.scale === 'add')
	};
	const names = Object.keys(SETTINGS) as SettingName[];
	const near = Object.fromEntries(
		names.map((name) => [name, nearestValue(SETTINGS[name], found[name])])
	) as Settings;
	return { ...near, ...layerRules(config, near) };
}

/** The three settings that give exactly these layers, if there are such. */
function layerRules({ layers }: ModelConfig, near: Settings): Partial<Settings> {
	const wanted = JSON.stringify(layers);
	for (const pattern of values('pattern')) {
		for (const moeEvery of values('moeEvery')) {
			for (const nopeEvery of values('nopeEvery')) {
				const rules = { pattern, moeEvery, nopeEvery };
				const { layers: given } = modelConfig({ ...near, ...rules }, 1);
				if (JSON.stringify(given) === wanted) return rules;
			}
		}
	}
	return {};
}

function values(name: SettingName): number[] {
	const { min, max } = SETTINGS[name];
	return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}
