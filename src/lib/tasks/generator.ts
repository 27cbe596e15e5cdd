import type { Random } from '$lib/math/random';

/*
 * A source of token sequences as a small machine: it stands in a state nobody sees, emits a token
 * and moves on. The exact law of the next token follows by filtering: keep every state the prefix
 * may have led to, with its probability. (The forward algorithm of hidden Markov models.)
 */

/** One thing a state may do. The probabilities of a state's moves sum to 1. */
export interface Move {
	probability: number;
	token: number;
	/** The state after the token. */
	next: number;
}

/** A state in which a sequence may begin. */
export interface Start {
	probability: number;
	state: number;
	/** Index of the domain, or null where a task has none. */
	domain: number | null;
}

export interface Generator {
	/** Number of tokens, V. */
	vocabulary: number;
	starts: readonly Start[];
	/** What a state may do next. The same state gives the same array, so it can be asked often. */
	moves(state: number): readonly Move[];
}

/**
 * A generator whose states are plain values of any shape. They get their numbers as they are met;
 * states that JSON writes equally are the same.
 */
export function stateMachine<State>(
	vocabulary: number,
	starts: readonly { probability: number; state: State; domain: number | null }[],
	movesOf: (state: State) => readonly { probability: number; token: number; next: State }[]
): Generator {
	const states: State[] = [];
	const numbers = new Map<string, number>();
	const moves: (readonly Move[] | undefined)[] = [];
	const number = (state: State): number => {
		const key = JSON.stringify(state);
		const known = numbers.get(key);
		if (known !== undefined) return known;
		numbers.set(key, states.length);
		return states.push(state) - 1;
	};
	return {
		vocabulary,
		starts: starts.map((start) => ({ ...start, state: number(start.state) })),
		moves: (state) =>
			(moves[state] ??= movesOf(states[state]!).map((move) => ({
				...move,
				next: number(move.next)
			})))
	};
}

/** What is known of the hidden state after a prefix: probabilities that sum to 1, by state. */
export type Belief = ReadonlyMap<number, number>;

/** Draws by probability; `items` are not empty and their probabilities sum to 1. */
function draw<T extends { probability: number }>(items: readonly T[], random: Random): T {
	let rest = random.next();
	for (const item of items) {
		rest -= item.probability;
		if (rest < 0) return item;
	}
	// Rounding may leave a sum just under 1: the last item stands for the rest.
	return items[items.length - 1]!;
}

/** A sequence of exactly `length` tokens and the domain it was drawn from. */
export function drawSequence(
	{ starts, moves }: Generator,
	random: Random,
	length: number
): { tokens: Int32Array<ArrayBuffer>; domain: number | null } {
	const start = draw(starts, random);
	const tokens = new Int32Array(length);
	let state = start.state;
	for (let t = 0; t < length; t++) {
		const move = draw(moves(state), random);
		tokens[t] = move.token;
		state = move.next;
	}
	return { tokens, domain: start.domain };
}

/** The belief before the first token. */
function priorBelief({ starts }: Generator): Belief {
	const belief = new Map<number, number>();
	for (const { state, probability } of starts) {
		belief.set(state, (belief.get(state) ?? 0) + probability);
	}
	return belief;
}

/** The law of the next token under a belief: a probability per token, shape [V]. */
function nextLaw({ vocabulary, moves }: Generator, belief: Belief): Float64Array {
	const law = new Float64Array(vocabulary);
	for (const [state, weight] of belief) {
		for (const { probability, token } of moves(state)) {
			law[token] = law[token]! + weight * probability;
		}
	}
	return law;
}

/** The belief after seeing one more token, or null where the token cannot follow. */
function afterToken({ moves }: Generator, belief: Belief, token: number): Belief | null {
	const next = new Map<number, number>();
	let total = 0;
	for (const [state, weight] of belief) {
		for (const move of moves(state)) {
			if (move.token !== token) continue;
			const mass = weight * move.probability;
			next.set(move.next, (next.get(move.next) ?? 0) + mass);
			total += mass;
		}
	}
	if (total === 0) return null;
	for (const [state, mass] of next) next.set(state, mass / total);
	return next;
}

/** The exact law of the next token after a prefix, shape [V], or null where it cannot occur. */
export function lawAfter(generator: Generator, prefix: ArrayLike<number>): Float64Array | null {
	let belief: Belief | null = priorBelief(generator);
	for (let t = 0; t < prefix.length && belief; t++) {
		belief = afterToken(generator, belief, prefix[t]!);
	}
	return belief && nextLaw(generator, belief);
}

/** Entropy of a law, in nats. */
export function entropy(law: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < law.length; i++) {
		const p = law[i]!;
		if (p > 0) sum -= p * Math.log(p);
	}
	return sum;
}

/**
 * The exact entropy of the token at each position given all tokens before it, in nats, shape
 * [length]. Every prefix is followed at once: prefixes that lead to the same belief are the same
 * from there on, so they are counted together.
 */
export function positionEntropies(generator: Generator, length: number): Float64Array<ArrayBuffer> {
	const entropies = new Float64Array(length);
	const prior = priorBelief(generator);
	let level = new Map([[beliefKey(prior), { belief: prior, mass: 1 }]]);
	for (let t = 0; t < length; t++) {
		const next: typeof level = new Map();
		for (const { belief, mass } of level.values()) {
			const law = nextLaw(generator, belief);
			entropies[t] = entropies[t]! + mass * entropy(law);
			if (t + 1 < length) {
				for (const [token, after] of branches(generator, belief)) {
					const key = beliefKey(after);
					const known = next.get(key);
					const share = mass * law[token]!;
					if (known) known.mass += share;
					else next.set(key, { belief: after, mass: share });
				}
			}
		}
		level = next;
	}
	return entropies;
}

/** Every token that may follow, with the belief after it. */
function branches(generator: Generator, belief: Belief): Map<number, Belief> {
	const masses = new Map<number, Map<number, number>>();
	for (const [state, weight] of belief) {
		for (const { probability, token, next } of generator.moves(state)) {
			const branch = masses.get(token) ?? new Map<number, number>();
			branch.set(next, (branch.get(next) ?? 0) + weight * probability);
			masses.set(token, branch);
		}
	}
	for (const branch of masses.values()) {
		let total = 0;
		for (const mass of branch.values()) total += mass;
		for (const [state, mass] of branch) branch.set(state, mass / total);
	}
	return masses;
}

/** Equal for equal beliefs, up to rounding in the 12th digit. */
function beliefKey(belief: Belief): string {
	return [...belief]
		.sort(([a], [b]) => a - b)
		.map(([state, mass]) => (belief.size === 1 ? state : `${state}:${mass.toFixed(12)}`))
		.join(' ');
}

/**
 * The mean exact entropy of positions 1 … length−1, in nats per predicted token; 0 where nothing is
 * predicted.
 */
export function entropyFloor(generator: Generator, length: number): number {
	if (length < 2) return 0;
	let sum = 0;
	for (const value of positionEntropies(generator, length).subarray(1)) sum += value;
	return sum / (length - 1);
}
