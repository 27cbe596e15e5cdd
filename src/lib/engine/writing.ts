import * as tf from '@tensorflow/tfjs-core';
import { random, type Random } from '$lib/math/random';
import { sampleToken } from '$lib/math/sample';
import { softmax } from '$lib/math/softmax';
import { forward } from '$lib/model/forward';
import type { Command, Ticket } from '$lib/protocol/messages';
import { usableTokens } from './pass';
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

/** Writes on after some tokens, one token a turn. */
export class Writing {
	readonly ticket: Ticket;
	/** What is written so far, without the tokens it follows. */
	readonly written: number[] = [];
	readonly #run: Run;
	readonly #question: Generate;
	readonly #random: Random;
	readonly #tokens: Int32Array<ArrayBuffer>;
	#left: number;

	/** @throws Refusal if there are no tokens, or tokens that the model does not know */
	constructor(run: Run, question: Generate) {
		this.ticket = question.ticket;
		this.#run = run;
		this.#question = question;
		this.#random = random(question.seed);
		this.#tokens = usableTokens(question.tokens, run.header.config);
		this.#left = Math.min(LONGEST, question.count);
	}

	get isOver(): boolean {
		return this.#left <= 0;
	}

	/** Ends after the present token. */
	stop(): void {
		this.#left = 0;
	}

	/** Writes one token; null when it is over. */
	async turn(): Promise<Written | null> {
		if (this.isOver) return null;
		const { config } = this.#run.header;
		const tokens = usableTokens(Int32Array.from([...this.#tokens, ...this.written]), config);
		const last_V = tf.tidy(() => {
			const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
			const logits_BTV = forward(this.#run.state.params, config, tokens_BT);
			return tf.reshape(tf.slice(logits_BTV, [0, tokens.length - 1, 0], [1, 1, -1]), [-1]);
		});
		const logits = await last_V.data<'float32'>();
		last_V.dispose();
		const token = sampleToken(logits, this.#question.sampling, this.#random);
		this.written.push(token);
		this.#left--;
		return { token, probability: softmax(logits)[token] ?? 0 };
	}
}
