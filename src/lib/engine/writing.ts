import * as tf from '@tensorflow/tfjs-core';
import { random, type Random } from '$lib/math/random';
import { sampleToken } from '$lib/math/sample';
import { softmax } from '$lib/math/softmax';
import { decode, disposeCache, emptyCache, type DecodeCache } from '$lib/model/decode';
import type { Command, Ticket } from '$lib/protocol/messages';
import { usableTokens } from './pass';
import { Refusal } from './refusal';
import type { Run } from './run';

type Generate = Extract<Command, { type: 'generate' }>;

/** A token that the model has written. */
export interface Written {
	token: number;
	/** Its probability under the model, before temperature and cuts. */
	probability: number;
}

/** Most tokens written at one go. */
const LONGEST = 1024;

/**
 * Writes on after some tokens, one token a turn. A cache remembers the tokens before, as long as the
 * weights stay and the text fits into the model's length; then the newest part is read again.
 */
export class Writing {
	readonly ticket: Ticket;
	/** What is written so far, without the tokens it follows. */
	readonly written: number[] = [];
	readonly #run: Run;
	readonly #question: Generate;
	readonly #random: Random;
	#cache: DecodeCache | null = null;
	/** Training step of the weights that filled the cache. */
	#cachedStep = 0;
	#left: number;

	/** @throws Refusal if there are no tokens, or tokens that the model does not know */
	constructor(run: Run, question: Generate) {
		usableTokens(question.tokens, run.header.config);
		this.ticket = question.ticket;
		this.#run = run;
		this.#question = question;
		this.#random = random(question.seed);
		this.#left = Math.min(LONGEST, question.count);
	}

	get isOver(): boolean {
		return this.#left <= 0;
	}

	/** Ends after the present token. */
	stop(): void {
		this.#left = 0;
	}

	/**
	 * Writes one token; null when it is over.
	 *
	 * @throws Refusal if the sampling settings are out of range or the model's numbers are not finite
	 */
	async turn(): Promise<Written | null> {
		if (this.isOver) return null;
		const logits = await this.#nextLogits();
		const token = pick(logits, this.#question, this.#random);
		this.written.push(token);
		this.#left--;
		return { token, probability: softmax(logits)[token] ?? 0 };
	}

	/** Frees the cache. */
	dispose(): void {
		if (this.#cache) disposeCache(this.#cache);
		this.#cache = null;
	}

	/** The logits of the token after the last one. */
	async #nextLogits(): Promise<Float32Array> {
		const { header, state } = this.#run;
		const { config } = header;
		const text = Int32Array.from([...this.#question.tokens, ...this.written]);
		const isStale = state.step !== this.#cachedStep || text.length > config.maxLength;
		if (isStale) this.dispose();
		const old = this.#cache ?? emptyCache(config);
		const tokens = this.#cache ? text.slice(-1) : usableTokens(text, config);
		const last_V = tf.tidy(() => {
			const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
			const { logits_BTV, cache } = decode(state.params, config, tokens_BT, old);
			this.#cache = cache;
			return tf.reshape(tf.slice(logits_BTV, [0, tokens.length - 1, 0], [1, 1, -1]), [-1]);
		});
		disposeCache(old);
		this.#cachedStep = state.step;
		const logits = await last_V.data<'float32'>();
		last_V.dispose();
		return logits;
	}
}

function pick(logits: Float32Array, { sampling }: Generate, chance: Random): number {
	try {
		return sampleToken(logits, sampling, chance);
	} catch (error) {
		if (error instanceof RangeError)
			throw new Refusal(`The model cannot write on: ${error.message}.`);
		throw error;
	}
}
