import type { Measured } from '$lib/protocol/messages';
import { SETTING_NAMES, type SettingName, type Settings } from '$lib/protocol/settings';

/** What was measured under some settings. */
export interface Setup {
	settings: Settings;
	/** One training step. */
	cost: Measured;
}

/** Setups remembered at most. */
const MOST = 5;

/** The settings whose price is compared. */
const COMPARED: ReadonlySet<SettingName> = new Set(['experts', 'topK', 'chunk']);
/** Settings that change no cost: with another one of these it is still the same setup. */
const FREE: ReadonlySet<SettingName> = new Set([
	...([
		'learningRate',
		'schedule',
		'warmupSteps',
		'totalSteps',
		'weightDecay',
		'clipNorm'
	] as const),
	...(['seed', 'floorScale', 'attnScale', 'theta', 'ropeFactor'] as const)
]);

/**
 * The measured setups with one more: the newest stands last and replaces an older measurement of the
 * same settings. Setups that differ in more than experts, top-k and chunk cannot be compared and are
 * forgotten.
 */
export function withSetup(setups: readonly Setup[], settings: Settings, cost: Measured): Setup[] {
	const differs = (other: Settings) => SETTING_NAMES.filter((n) => other[n] !== settings[n]);
	const kept = setups.filter(({ settings: other }) => {
		const found = differs(other).filter((name) => !FREE.has(name));
		return found.length > 0 && found.every((name) => COMPARED.has(name));
	});
	return [...kept, { settings, cost }].slice(-MOST);
}
