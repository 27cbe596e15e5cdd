import {
	armsOf,
	measuredOf,
	type Experiment,
	type Measure,
	type Measured
} from '$lib/experiments/experiment';
import type { Recorded } from '$lib/experiments/recorded';

interface Claim {
	experiment: Experiment;
	recorded: Recorded;
}

/** The document on the claims that lessons make, in Markdown. */
export function claimsPage(claims: readonly Claim[]): string {
	return [
		'# Claims and what came of them',
		'Written by `npm run experiments`, which runs each experiment of `src/lib/experiments/` with all its seeds in Node, on WebAssembly. A lesson runs the same experiment live in the page. Each threshold was set before the first run, or says when it was. Training is our own choice throughout: Meta published no recipe. Losses are in nats per token, measured on sequences that training never drew. Seconds are those of two busy cores: a page on a quiet machine takes less.',
		...claims.map(section)
	]
		.join('\n\n')
		.concat('\n');
}

function section({ experiment, recorded }: Claim): string {
	const { id, claim, source, threshold, remarks, task, measures } = experiment;
	const measured = recorded.seeds.map((seed) => measuredOf(experiment, seed));
	const where = typeof source === 'string' ? source : `[${source.title}](${source.url})`;
	const seconds = recorded.seeds.map((seed) => seed.seconds);
	const bullets = [
		`Source: ${where}`,
		`Threshold: ${threshold}`,
		`Task \`${task}\`, ${recorded.steps} steps, ${recorded.seeds.length} seeds, ${Math.min(...seconds)} to ${Math.max(...seconds)} s each`,
		...remarks
	];
	return [
		`## ${id}: ${recorded.holds ? 'holds' : 'does not hold'}`,
		claim,
		bullets.map((line) => `- ${line}`).join('\n'),
		...Object.entries(measures).map(([name, measure]) =>
			table(experiment, recorded, measured, name, measure)
		)
	].join('\n\n');
}

/** One measure: a row per arm, a column per seed. */
function table(
	experiment: Experiment,
	{ seeds }: Recorded,
	measured: readonly Measured[],
	name: string,
	{ label, unit, digits }: Measure
): string {
	const head = [unit ? `${label}, ${unit}` : label, ...seeds.map(({ seed }) => `seed ${seed}`)];
	const rows = armsOf(experiment).map((arm) => [
		experiment.arms[arm]!.label,
		...measured.map((one) => shown(one[arm]![name]!, digits))
	]);
	return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const shown = (value: number, digits: number) =>
	Number.isFinite(value) ? value.toFixed(digits) : '–';
