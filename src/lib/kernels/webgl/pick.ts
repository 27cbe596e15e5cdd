import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { half, script, type Drawing } from './program';

type Sizes = {
	readonly experts: number;
	readonly choices: number;
};

/** GLSL: the numbers of one texel by a function of row and column. */
const eachNumber = (name: string) => `return vec4(
		${name}(2 * r, 2 * c), ${name}(2 * r, 2 * c + 1),
		${name}(2 * r + 1, 2 * c), ${name}(2 * r + 1, 2 * c + 1));`;

/** Choice number i is the largest logit that comes after choice i − 1; of equals the first. */
const choiceScript = script((experts: number) => ({
	functions: `float chosen(int row, int choice) {
	int last = -1;
	float lastHeight = 0.;
	for (int i = 0; i <= choice; i++) {
		int best = 0;
		float height = -3.4e38;
		for (int e = 0; e < ${experts}; e++) {
			float here = logitsAt(row, e);
			bool isLeft = last < 0 || here < lastHeight || (here == lastHeight && e > last);
			if (isLeft && here > height) { best = e; height = here; }
		}
		last = best;
		lastHeight = height;
	}
	return float(last);
}`,
	code: eachNumber('chosen')
}));

/** The choices of each row, the highest first. */
export function choiceDrawing(
	logits: tf.TensorInfo,
	{ experts, choices }: { readonly experts: number; readonly choices: number }
): Drawing {
	const shape = [logits.shape[0]!, choices];
	return { inputs: { logits }, shape, dtype: 'int32', script: choiceScript(experts) };
}

glKernel<'logits', Sizes>('Choose', ({ logits }, sizes, { draw }) => [
	draw(choiceDrawing(logits, sizes))
]);

const pickedScript = script(() => ({
	functions: `float picked(int row, int choice) { return xAt(row, int(chosenAt(row, choice))); }`,
	code: eachNumber('picked')
}));

glKernel<'x' | 'chosen', Sizes>('Pick', ({ x, chosen }, _sizes, { draw }) => [
	draw({ inputs: { x, chosen }, shape: chosen.shape, script: pickedScript() })
]);

const spreadScript = script((choices: number) => ({
	functions: `float spread(int row, int expert) {
	float sum = 0.;
	for (int i = 0; i < ${choices}; i++) {
		if (int(chosenAt(row, i)) == expert) sum += pickedAt(row, i);
	}
	return sum;
}`,
	code: eachNumber('spread')
}));

glKernel<'chosen' | 'picked', Sizes>(
	'Spread',
	({ chosen, picked }, { experts, choices }, { draw }) => [
		draw({
			inputs: { chosen, picked },
			shape: [chosen.shape[0]!, experts],
			script: spreadScript(choices)
		})
	]
);

const gateScript = script(() => ({
	functions: `float gate(int row, int choice) {
	return 1. / (1. + exp(-xAt(row, int(chosenAt(row, choice)))));
}`,
	code: eachNumber('gate')
}));

glKernel<'x' | 'chosen', Sizes>('Gate', ({ x, chosen }, _sizes, { draw }) => [
	draw({ inputs: { x, chosen }, shape: chosen.shape, script: gateScript() })
]);

const gateSlopeScript = script((choices: number) => ({
	functions: `float slope(int row, int expert) {
	float sum = 0.;
	for (int i = 0; i < ${choices}; i++) {
		float open = gateAt(row, i);
		if (int(chosenAt(row, i)) == expert) sum += dyAt(row, i) * open * (1. - open);
	}
	return sum;
}`,
	code: eachNumber('slope')
}));

glKernel<'chosen' | 'gate' | 'dy', Sizes>(
	'GateGradient',
	({ chosen, gate, dy }, { experts, choices }, { draw }) => [
		draw({
			inputs: { chosen, gate, dy },
			shape: [chosen.shape[0]!, experts],
			script: gateSlopeScript(choices)
		})
	]
);

const loadScript = script((choices: number) => ({
	code: `vec4 count = vec4(0);
	vec4 wanted = vec4(2 * c, 2 * c + 1, 2 * c, 2 * c + 1);
	for (int r = 0; 2 * r < tokens; r++) {
		for (int k = 0; k < ${half(choices)}; k++) {
			vec4 id = chosenTexel(r, k);
			if (2 * r + 1 == tokens) id.zw = vec2(-1);
			${choices % 2 === 0 ? '' : `if (k == ${half(choices) - 1}) id.yw = vec2(-1);`}
			count += vec4(equal(id.xxyy, wanted)) + vec4(equal(id.zzww, wanted));
		}
	}
	return vec4((count.xy + count.zw) / float(tokens * ${choices}), 0, 0);`
}));

glKernel<'chosen', Sizes & { tokens: number }>(
	'Load',
	({ chosen }, { tokens, choices, experts }, { draw }) => [
		draw({
			inputs: { chosen },
			shape: [experts],
			lengths: { tokens },
			script: loadScript(choices)
		})
	]
);

/** Number l · E + e is the share of expert e in layer l. */
const loadsScript = script(({ layers, experts, choices }: Sizes & { readonly layers: number }) => {
	const cases = Array.from(
		{ length: layers },
		(_, i) => `if (layer == ${i}) return c${i}Texel(r, k);`
	);
	return {
		functions: `vec4 idsOf(int layer, int r, int k) {
	${cases.join('\n\t')}
	return vec4(-1);
}
float shareOf(int layer, float expert) {
	vec4 count = vec4(0);
	for (int r = 0; 2 * r < tokens; r++) {
		for (int k = 0; k < ${half(choices)}; k++) {
			vec4 ids = idsOf(layer, r, k);
			if (2 * r + 1 == tokens) ids.zw = vec2(-1);
			${choices % 2 === 0 ? '' : `if (k == ${half(choices) - 1}) ids.yw = vec2(-1);`}
			count += vec4(equal(ids, vec4(expert)));
		}
	}
	return dot(count, vec4(1)) / float(tokens * ${choices});
}`,
		code: `ivec2 at = ivec2(2 * c, 2 * c + 1);
	return vec4(
		shareOf(at.x / ${experts}, float(at.x % ${experts})),
		shareOf(at.y / ${experts}, float(at.y % ${experts})), 0, 0);`
	};
});

glKernel<string, { experts: number }>('Loads', (layers, { experts }, { draw }) => {
	const chosen = Object.values(layers);
	const [tokens, choices] = chosen[0]!.shape as [number, number];
	const sizes = { layers: chosen.length, experts, choices };
	return [
		draw({
			inputs: layers,
			shape: [chosen.length * experts],
			lengths: { tokens },
			script: loadsScript(sizes)
		})
	];
});
