import { drawSequence, entropyFloor, lawAfter, type Generator } from './generator';
import type { Task } from './task';
import { wordDecoder, wordEncoder } from './words';

/** What a task with a generator needs to say about itself. */
export interface GeneratorTaskParts extends Pick<
	Task,
	'id' | 'title' | 'about' | 'vocabulary' | 'domains' | 'examples'
> {
	generator: Generator;
	/** Ids of tokens that continue a word. */
	continuations?: ReadonlySet<number>;
}

/** A task whose sequences come from a generator: its law and its floor are exact. */
export function generatorTask(parts: GeneratorTaskParts): Task {
	const { id, title, about, vocabulary, domains, examples, generator } = parts;
	const floors = new Map<number, number>();
	return {
		id,
		title,
		about,
		vocabulary,
		domains,
		examples,
		encode: wordEncoder(vocabulary, parts.continuations ?? new Set()),
		decode: wordDecoder(vocabulary),
		sample: (random, length) => drawSequence(generator, random, length),
		law: (prefix) => lawAfter(generator, prefix),
		floor(length) {
			const known = floors.get(length);
			if (known !== undefined) return known;
			const floor = entropyFloor(generator, length);
			floors.set(length, floor);
			return floor;
		}
	};
}
