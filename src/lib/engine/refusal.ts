import { OutOfMemory } from '$lib/kernels/outOfMemory';
import { NO_TICKET, type Reply } from '$lib/protocol/messages';

/** A question that cannot be answered as it is; the message is one friendly sentence for the visitor. */
export class Refusal extends Error {
	override name = 'Refusal';
}

/** What the page hears of an error after which the engine cannot go on. */
export function lastWords(error: unknown): Reply {
	const message = error instanceof Error ? error.message : String(error);
	return { type: 'lost', ticket: NO_TICKET, message, isTooLarge: error instanceof OutOfMemory };
}
