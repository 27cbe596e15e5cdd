import {
	HELD_OUT_SEQUENCES,
	type Completion,
	type DomainDivergence,
	type ExpertUse,
	type LayerUse
} from './measure';
import type { Recipe } from './recipes';
import type { ToyCard } from './files';
import { FURTHER_STEPS } from './train';

/** Everything that the page says about one toy. */
export interface ToyRecord {
	recipe: Recipe;
	card: ToyCard;
	/** Loss after `FURTHER_STEPS` more steps with the page's own settings. */
	furtherLoss: number;
	domains: readonly DomainDivergence[];
	wrongSums: readonly string[];
	completions: readonly Completion[];
	layers: readonly LayerUse[];
	experts: readonly ExpertUse[];
	/** Bytes of all files together, compressed. */
	bytes: number;
}

/** The document on the trained toys, in Markdown. */
export function toysPage(records: readonly ToyRecord[]): string {
	return [
		'# The trained toys',
		`Written by \`npm run toys\`, which trains both from their seeds in Node. Training is our own choice throughout: Meta published neither recipe nor data for Llama 4, and no released code has a balance loss or z-loss. Losses are in nats per predicted token, measured with the weights as stored (BF16), on ${HELD_OUT_SEQUENCES} sequences that training never drew. The floor is the entropy of the language itself: no model can do better. The loss of so many sequences lies within about 2 % of its mean by chance alone; the divergence from the known law tells without that chance how far a toy is above the floor.`,
		...records.map(section)
	]
		.join('\n\n')
		.concat('\n');
}

function section(record: ToyRecord): string {
	const { recipe, card } = record;
	return [
		`## ${recipe.name}`,
		recipe.about,
		table(['what', 'value'], facts(record)),
		`Training loss, mean of the hundred steps before: ${curveText(card.curve)}.`,
		'### By domain',
		'Entropy of the language where the sequences went, and how far the toy is from its law (Kullback-Leibler divergence), both in nats per token:',
		table(['domain', 'entropy', 'divergence'], record.domains.map(domainRow)),
		'### How it goes on',
		'Always the most probable token, to the end of the line.',
		table(['given', 'the toy goes on'], record.completions.map(completionRow)),
		'### What its experts do',
		'How much the loss rises when all routed experts of a layer are silenced, and when every token is answered by the expert next to the one that the router chose:',
		table(['layer', 'all silenced', 'wrong expert'], record.layers.map(layerRow)),
		'One by one. `load`: share of the tokens. `silenced`: how much the loss rises without this expert. Last: the tokens it gets most.',
		table(['layer', 'expert', 'load', 'silenced', 'tokens'], record.experts.map(expertRow)),
		`Recorded pass: “${recipe.sentence}”. Seed ${card.seed}, backend ${card.backend}.`
	].join('\n\n');
}

function facts({ recipe, card, furtherLoss, wrongSums, bytes }: ToyRecord): string[][] {
	const { train } = card;
	const above = (loss: number) => `${((100 * loss) / card.floor).toFixed(1)} % of the floor`;
	const wrong = wrongSums.length > 0 ? `; wrong: ${wrongSums.slice(0, 10).join(', ')}` : '';
	const losses = `weights ${train.balanceWeight} and ${train.zWeight}`;
	return [
		['task', recipe.task],
		['parameters', String(card.parameters)],
		['steps', `${card.steps} of ${train.batch} × ${train.length} tokens`],
		['time', `${card.seconds} s on two shared cores`],
		['learning rate', `${train.learningRate}, warm-up ${train.warmupSteps} steps, then cosine`],
		['weight decay, gradient limit', `${train.weightDecay}, ${train.clipNorm}`],
		['balance loss, z-loss', losses],
		['floor', card.floor.toFixed(4)],
		['loss', card.loss.toFixed(4)],
		['divergence', `${card.divergence.toFixed(4)} (${above(card.divergence)})`],
		[`loss after ${FURTHER_STEPS} more steps on the page`, furtherLoss.toFixed(4)],
		['sums of two digits', `${card.sums.solved} of ${card.sums.asked} right${wrong}`],
		['files, compressed', `${Math.round(bytes / 1000)} kB`]
	];
}

function curveText(curve: ToyCard['curve']): string {
	const shown = curve.filter((_, i) => [0, 1, 2, 4, 9].includes(i) || (i + 1) % 10 === 0);
	return shown.map(({ step, loss }) => `${loss.toFixed(3)} at ${step}`).join(', ');
}

function completionRow({ prompt, completion, isPossible }: Completion): string[] {
	return [prompt, completion.trim() + (isPossible ? '' : ' *(not possible in this language)*')];
}

function domainRow({ name, entropy, divergence }: DomainDivergence): string[] {
	return [name, entropy.toFixed(3), divergence.toFixed(4)];
}

function expertRow({ layer, expert, load, loss, tokens }: ExpertUse): string[] {
	const percent = `${(100 * load).toFixed(1)} %`;
	const names = tokens.map((text) => `\`${text === '\n' ? '↵' : text.trim()}\``).join(' ');
	return [String(layer), String(expert), percent, rise(loss), names];
}

function layerRow({ layer, silenced, swapped }: LayerUse): string[] {
	return [String(layer), rise(silenced), rise(swapped)];
}

/** A difference in loss with its sign. */
function rise(loss: number): string {
	const text = Math.abs(loss).toFixed(3);
	if (Number(text) === 0) return text;
	return loss > 0 ? `+${text}` : `−${text}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
