import type { Starters } from './backend';
import type { Claim } from './claim';
import type { Storage } from './storage';

/** What a session needs from its surroundings: the worker hands in the real things, a test its own. */
export interface Surroundings {
	/** @param onlost hears that the graphics processor is gone */
	starters: (wanted: string | null, onlost: () => void) => Starters;
	openStorage: () => Promise<Storage>;
	/** See `claimTab`. */
	claim: (tab: string) => Promise<Claim>;
	isHeld: (tab: string) => Promise<boolean>;
}
