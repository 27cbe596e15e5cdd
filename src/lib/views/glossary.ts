/** The words of Llamascope, as `docs/glossary.md` has them: a test holds the two together. */

export interface Entry {
	/** The word; where one row explains two, both. */
	names: readonly string[];
	meaning: string;
	/** What it is called in code, in the markup of the document; empty where nothing is. */
	code: string;
}

export const GLOSSARY: readonly Entry[] = [
	{
		names: ['token'],
		meaning: 'a piece of text with a number; here a word with its leading space',
		code: '`tokens`'
	},
	{
		names: ['residual stream'],
		meaning: 'the vector that stands for a token on its way through the layers',
		code: '`x_BTD`'
	},
	{
		names: ['layer'],
		meaning: 'attention, then a feed-forward part; the result of each is added to the stream',
		code: '`layer` the index, `layers` the count'
	},
	{
		names: ['query head', 'key-value head'],
		meaning:
			'one pattern of attention; several query heads share the keys and values of one key-value head (GQA)',
		code: '`heads`, `kvHeads`'
	},
	{
		names: ['scores', 'pattern'],
		meaning: 'how well queries match keys, before and after softmax',
		code: '`attention.scores`, `attention.pattern`'
	},
	{
		names: ['softmax'],
		meaning:
			'turns scores into shares that sum to 1: each score grows exponentially, then all are divided by their sum',
		code: '`softmax`'
	},
	{
		names: ['entropy'],
		meaning:
			'how evenly shares are spread, in nats: 0 where one has all, the logarithm of their number where all are equal',
		code: '`entropy`'
	},
	{
		names: ['RoPE layer', 'NoPE layer'],
		meaning: 'a layer that rotates queries and keys by their position; a layer without positions',
		code: "`positions: 'rope'` or `'nope'`"
	},
	{
		names: ['chunk'],
		meaning: 'the stretch of positions that a RoPE layer sees at once; 8192 in Llama 4',
		code: '`chunk`, its length'
	},
	{
		names: ['scope'],
		meaning: 'how far a layer looks back',
		code: "`scope: 'chunked'` or `'global'`"
	},
	{
		names: ['mask'],
		meaning:
			'which tokens a token may look at: never a later one, and in a chunk none behind its wall',
		code: '`attentionMask`'
	},
	{
		names: ['sliding window'],
		meaning:
			'a rule by which a token sees the last few tokens before it, wherever it stands; not in Llama 4',
		code: "`kind: 'sliding'`"
	},
	{
		names: ['cache'],
		meaning:
			'the keys and values of earlier tokens, kept while a model writes so as not to be computed again',
		code: '`keptKeys`'
	},
	{
		names: ['attention scale'],
		meaning:
			'the factor on the queries of a NoPE layer that grows with the position; published as temperature tuning, but larger is sharper',
		code: '`attentionScale`'
	},
	{
		names: ['QK-norm'],
		meaning: 'RMS norm of each query and key head after rotation, without weights',
		code: '`qkNorm`'
	},
	{
		names: ['MoE layer', 'dense layer'],
		meaning:
			'a layer whose feed-forward part is a choice of experts; one with a single feed-forward network',
		code: "`feedForward: 'moe'` or `'dense'`"
	},
	{
		names: ['routed expert', 'shared expert'],
		meaning: 'a feed-forward network that the router may choose; the one that sees every token',
		code: '`expert` the index, `experts` the count'
	},
	{
		names: ['router'],
		meaning: 'the matrix whose product with a token ranks the experts',
		code: '`router.logits`'
	},
	{
		names: ['gate'],
		meaning: 'the sigmoid of the chosen logit; it multiplies the input of the expert',
		code: '`router.gate`, `gate_NE`'
	},
	{
		names: ['load', 'imbalance'],
		meaning: 'the share of tokens that an expert receives; the largest load over the fair share',
		code: '`load`, `imbalance`'
	},
	{
		names: ['loss'],
		meaning: 'mean cross-entropy of the next token, in nats per token (divide by ln 2 for bits)',
		code: '`loss`'
	},
	{
		names: ['floor'],
		meaning: 'the least loss that any model can reach on a task',
		code: '`floor`'
	},
	{
		names: ['task'],
		meaning: 'a source of sequences to learn from',
		code: '`Task`'
	},
	{
		names: ['step'],
		meaning: 'one update of the weights; in a player, one frame',
		code: '`step`'
	},
	{
		names: ['teacher', 'student'],
		meaning: 'a model whose distributions others learn from; one that learns from them',
		code: '`teacher`, `students`'
	},
	{
		names: ['hard target', 'soft target'],
		meaning: "the next token of the text; the teacher's distribution over all tokens",
		code: '`hard`, `soft`'
	},
	{
		names: ['law'],
		meaning: 'the true probabilities of the next token, known where a task made the text',
		code: '`Task.law`'
	},
	{
		names: ['divergence'],
		meaning:
			'how far a distribution is from the law, in nats per token (Kullback-Leibler); 0 only where they agree',
		code: '`divergence`'
	},
	{
		names: ['soft weight'],
		meaning: 'the share of the soft loss in what the student learns from, from 0 to 1',
		code: '`softWeight`'
	},
	{
		names: ['distillation temperature'],
		meaning:
			'τ, which flattens the distributions of teacher and student before they are compared; not the attention scale',
		code: '`temperature`'
	},
	{
		names: ['hook'],
		meaning: 'a function that sees an intermediate by name, and may replace it',
		code: '`Hook`'
	},
	{
		names: ['recording', 'trace'],
		meaning: 'the numbers of one intermediate; all recordings of one pass',
		code: '`Recording`, `Trace`'
	},
	{
		names: ['deviation'],
		meaning: 'anything in which a configuration is not Llama 4',
		code: '`deviations`'
	},
	{
		names: ['toy'],
		meaning: 'a trained model small enough for a page',
		code: '`static/toys`'
	},
	{
		names: ['logits'],
		meaning:
			'the scores that softmax, or the sigmoid of a gate, turns into shares; any number, larger is likelier',
		code: '`logits`, `router.logits`'
	}
];

const BY_NAME: ReadonlyMap<string, Entry> = new Map(
	GLOSSARY.flatMap((entry) => entry.names.map((name) => [name.toLowerCase(), entry] as const))
);

/** The entry of a word, in whichever case; undefined where the glossary has none. */
export function entryOf(name: string): Entry | undefined {
	return BY_NAME.get(name.toLowerCase());
}
