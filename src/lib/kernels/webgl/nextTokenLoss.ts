import { LOGIT_SLOPES, LOSSES, logSumsOf } from './crossEntropy';
import { glKernel } from './glKernel';
import { script } from './program';

interface Sizes {
	readonly sequences: number;
	readonly length: number;
}

/** GLSL: the token that row n predicts; −1 for none. */
const TARGET = `int targetOf(int n) {
	int column = n % span + 1;
	return n < rows && column < span ? int(tokensAt(n / span, column)) : -1;
}`;

const lengthsOf = ({ sequences, length }: Sizes) => ({ span: length, rows: sequences * length });

const losses = script(() => ({
	functions: TARGET,
	code: `ivec2 target = ivec2(targetOf(2 * c), targetOf(2 * c + 1));
	${LOSSES}`
}));

const mean = script(() => ({
	code: `vec2 sum = vec2(0);
	for (int k = 0; 2 * k < rows; k++) sum += lossesTexel(0, k).xy;
	return vec4((sum.x + sum.y) / float(count), 0, 0, 0);`
}));

glKernel<'logits' | 'tokens', Sizes>('NextTokenLoss', ({ logits, tokens }, sizes, easel) => {
	const { draw, free } = easel;
	const rows = sizes.sequences * sizes.length;
	const logSums = draw(logSumsOf(logits));
	const each = draw({
		inputs: { logits, tokens, logSums },
		shape: [rows],
		lengths: lengthsOf(sizes),
		script: losses()
	});
	const loss = draw({
		inputs: { losses: each },
		shape: [],
		lengths: { rows, count: sizes.sequences * (sizes.length - 1) },
		script: mean()
	});
	free(each);
	return [loss, logSums];
});

const logitSlopes = script(() => ({
	functions: TARGET,
	code: `ivec2 targets = ivec2(targetOf(2 * r), targetOf(2 * r + 1));
	vec4 factor = vec4(dyAt(0, 0) / float(count));
	${LOGIT_SLOPES}`
}));

glKernel<'logits' | 'tokens' | 'logSums' | 'dy', Sizes>(
	'NextTokenLossGradient',
	({ logits, tokens, logSums, dy }, sizes, { draw }) => [
		draw({
			inputs: { logits, tokens, logSums, dy },
			shape: logits.shape,
			lengths: { ...lengthsOf(sizes), count: sizes.sequences * (sizes.length - 1) },
			script: logitSlopes()
		})
	]
);
