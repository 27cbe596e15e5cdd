import type { ModelConfig } from '$lib/protocol/config';
import { attentionScale } from '$lib/math/attention';
import type { Scene } from './formula';
import { reasonHidden } from './formula';
import { lengthOf, rowOf, topOf, type Attention, type Routing, type Rows } from './pass';
import type { Numbers } from './table';
import { expertLetter, fixed, percent, tokenText } from './words';

/** A token with its position, as a row or column name. */
const named = (texts: readonly string[]) =>
	texts.map((text, position) => `${position} ${tokenText(text)}`);

/** Length of each token's stream before the first layer and after each. */
export function streamTable(streams: readonly (Rows | null)[], texts: readonly string[]): Numbers {
	return {
		caption: 'Length of each token’s vector in the residual stream',
		columns: ['after', ...named(texts)],
		rows: streams.flatMap((rows, layer) =>
			rows
				? [
						[
							layer === 0 ? 'embedding' : `layer ${layer}`,
							...texts.map((_, token) => fixed(lengthOf(rowOf(rows, token)), 2))
						]
					]
				: []
		)
	};
}

/** Attention weights of a head, query by key. */
export function attentionTable(scene: Scene, { size, pattern }: Attention): Numbers {
	const names = named(scene.texts);
	return {
		caption: `Attention weights, layer ${scene.layer + 1}, head ${scene.head + 1}`,
		columns: ['query', ...names],
		rows: names.map((name, token) => [
			name,
			...names.map((_, key) =>
				reasonHidden({ ...scene, token, key })
					? 'hidden'
					: fixed(pattern[token * size + key] ?? 0, 3)
			)
		])
	};
}

/** Router logits, token by expert, with winner and gate. */
export function routerTable({ texts, layer }: Scene, routing: Routing): Numbers {
	const letters = Array.from({ length: routing.experts }, (_, expert) => expertLetter(expert));
	return {
		caption: `Router logits, layer ${layer + 1}`,
		columns: ['token', ...letters, 'winner', 'gate'],
		rows: named(texts).map((name, token) => {
			const start = token * routing.experts;
			const winners = routing.chosen[token] ?? [];
			return [
				name,
				...letters.map((_, expert) => fixed(routing.logits[start + expert] ?? 0, 3)),
				winners.map(expertLetter).join(' '),
				winners.map((expert) => fixed(routing.gates[start + expert] ?? 0, 3)).join(' ')
			];
		})
	};
}

/** For each expert the tokens that it takes. */
export function lanesTable(
	{ texts, layer }: Pick<Scene, 'texts' | 'layer'>,
	routing: Routing
): Numbers {
	const names = named(texts);
	const taken = (expert: number) =>
		names.filter((_, token) => routing.chosen[token]?.includes(expert)).join(', ');
	return {
		caption: `Who goes where, layer ${layer + 1}`,
		columns: ['expert', 'tokens'],
		rows: [
			['shared', `all ${names.length}`],
			...Array.from({ length: routing.experts }, (_, expert) => [
				expertLetter(expert),
				taken(expert) || 'none'
			])
		]
	};
}

/** Query scale by position, as far as the tokens go. */
export function positionTable({ config, texts, layer }: Scene): Numbers {
	const kind = config.layers[layer];
	return {
		caption: `Layer ${layer + 1}`,
		columns: ['token', 'feed-forward', 'query scale'],
		rows: named(texts).map((name, position) => [
			name,
			kind?.feedForward === 'dense' ? `dense, ${config.denseFeedForward} hidden` : 'experts',
			scaleWords(config, layer, position)
		])
	};
}

function scaleWords({ layers, attentionScale: settings }: ModelConfig, layer: number, at: number) {
	return layers[layer]?.positions === 'nope' && settings
		? fixed(attentionScale(at, settings), 4)
		: '1';
}

/** The most probable next tokens. */
export function nextTable(
	probabilities: Float64Array,
	law: Float64Array | null,
	vocabulary: readonly string[]
): Numbers {
	return {
		caption: 'Next token',
		columns: ['token', 'probability', ...(law ? ['true probability'] : [])],
		rows: topOf(probabilities, 25).map(({ token, probability }) => [
			tokenText(vocabulary[token]),
			percent(probability),
			...(law ? [percent(law[token] ?? 0)] : [])
		])
	};
}

/** A column of training steps and one or more columns of numbers, thinned to about fifty rows. */
export function courseTable(
	caption: string,
	names: readonly string[],
	steps: readonly number[],
	at: (index: number) => readonly string[]
): Numbers {
	const every = Math.max(1, Math.ceil(steps.length / 50));
	const kept = steps.map((_, index) => index).filter((index) => index % every === 0);
	return {
		caption,
		columns: ['step', ...names],
		rows: kept.map((index) => [String(steps[index]), ...at(index)])
	};
}
