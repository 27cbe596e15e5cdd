import { costOf, costParts, type CostParts } from '$lib/math/cost';
import type { ModelConfig } from '$lib/protocol/config';
import type { Numbers } from './table';

/** The parts of the cost that a bar tells apart, in order, with the colour of what they are. */
export const COST_GROUPS = [
	{ name: 'weights of attention', colour: 'var(--line-strong)', parts: ['projections'] },
	{ name: 'visible pairs', colour: 'var(--rope)', parts: ['pairs'] },
	{ name: 'shared and dense', colour: 'var(--shared)', parts: ['sharedExperts', 'dense'] },
	{ name: 'routed experts', colour: 'var(--expert-1)', parts: ['routedExperts'] },
	{ name: 'router, output', colour: 'var(--nope-fill)', parts: ['router', 'output'] }
] as const satisfies readonly {
	name: string;
	colour: string;
	parts: readonly (keyof CostParts)[];
}[];

/** What a token costs by count: as routed, and if it visited every expert. */
export interface TokenCost {
	active: CostParts;
	total: CostParts;
}

/** Multiply-adds per token of a pass over `length` tokens. */
export function tokenCost(config: ModelConfig, length: number): TokenCost {
	return {
		active: costParts(config, length),
		total: costParts(config, length, config.experts)
	};
}

/** Multiply-adds of one group. */
export function groupOf(cost: CostParts, { parts }: (typeof COST_GROUPS)[number]): number {
	return (parts as readonly (keyof CostParts)[]).reduce((sum, part) => sum + cost[part], 0);
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Multiply-adds per token, by group. */
export function costTable({ active, total }: TokenCost): Numbers {
	return {
		caption: 'Multiply-adds per token, by count',
		columns: ['part', 'active', 'all experts'],
		rows: [
			...COST_GROUPS.map((group) => [
				group.name,
				whole(groupOf(active, group)),
				whole(groupOf(total, group))
			]),
			['all', whole(costOf(active)), whole(costOf(total))]
		]
	};
}
