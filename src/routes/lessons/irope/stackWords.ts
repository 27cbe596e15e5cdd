/** Where the rules of a row of layers can be checked. */
export const STACK_SOURCE =
	'TransformerBlock.__init__ and Attention.forward, models/llama4/model.py, meta-llama/llama-models.';

const NAMES: Readonly<Record<string, string>> = { c: 'chunked', g: 'NoPE' };
const COUNTS = ['no', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'];

/** A row of layers in words, the first one first: `Three chunked layers, then one NoPE layer`. */
export function stackWords(stack: string): string {
	const runs = stack.match(/c+|g+/g) ?? [];
	const said = runs.map(
		(run) =>
			`${COUNTS[run.length] ?? run.length} ${NAMES[run[0] ?? ''] ?? ''} ${run.length === 1 ? 'layer' : 'layers'}`
	);
	return said
		.map((run, i) => (i === 0 ? run : run.toLowerCase().replace('nope', 'NoPE')))
		.join(', then ');
}
