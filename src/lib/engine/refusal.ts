/** A question that cannot be answered as it is; the message is one friendly sentence for the visitor. */
export class Refusal extends Error {
	override name = 'Refusal';
}
