import { glKernel } from './glKernel';
import { script } from './program';

const embedded = script(() => ({
	functions: `vec2 embedded(int n, int c) {
	return tableRow(int(tokensAt(n / columns, n % columns)), c);
}`,
	code: 'return vec4(embedded(2 * r, c), embedded(2 * r + 1, c));'
}));

glKernel<'table' | 'tokens', { count: number; width: number }>(
	'Embed',
	({ table, tokens }, { count, width }, { draw }) => {
		const columns = tokens.shape.at(-1) ?? 1;
		return [
			draw({
				inputs: { table, tokens },
				shape: [count, width],
				lengths: { columns },
				script: embedded()
			})
		];
	}
);

/** Each row of the table looks through all tokens for its own. */
const slopes = script(() => ({
	code: `vec4 sum = vec4(0);
	for (int row = 0; row < rows; row++) {
		for (int k = 0; 2 * k < columns; k++) {
			ivec2 token = ivec2(tokensRow(row, k));
			for (int i = 0; i < 2 && 2 * k + i < columns; i++) {
				if (token[i] >> 1 != r) continue;
				vec2 slope = dyRow(row * columns + 2 * k + i, c);
				sum += (token[i] & 1) == 0 ? vec4(slope, 0, 0) : vec4(0, 0, slope);
			}
		}
	}
	return sum;`
}));

glKernel<'table' | 'tokens' | 'dy', { width: number }>(
	'EmbedGradient',
	({ table, tokens, dy }, { width }, { draw }) => {
		const columns = tokens.shape.at(-1) ?? 1;
		const count = dy.shape.reduce((product, length) => product * length, 1) / width;
		return [
			draw({
				inputs: { tokens, dy },
				shape: table.shape,
				lengths: { rows: count / columns, columns },
				script: slopes()
			})
		];
	}
);
