import { lockOf } from '$lib/protocol/checkpoint';

/** Milliseconds to wait for a lock: a reloaded page may meet the last breath of its old self. */
const PATIENCE = 1000;

/** The name that a tab goes by. */
export interface Claim {
	tab: string;
	/** Whether its lock is held; false where a browser has no locks. */
	isLocked: boolean;
}

/**
 * Claims the name under which a tab stores its runs, for as long as this worker lives. The page waits for
 * the same lock: when it gets it, the worker has died.
 *
 * @returns the name, or a new one where another tab has it (a duplicated tab brings its name along)
 */
export async function claimTab(tab: string): Promise<Claim> {
	if (!('locks' in navigator)) return { tab, isLocked: false };
	if (await hold(tab)) return { tab, isLocked: true };
	const fresh = crypto.getRandomValues(new Uint32Array(2)).join('-');
	return { tab: fresh, isLocked: await hold(fresh) };
}

function hold(tab: string): Promise<boolean> {
	return new Promise((answer) => {
		const forLife = () => {
			answer(true);
			return new Promise<never>(() => undefined);
		};
		navigator.locks
			.request(lockOf(tab), { signal: AbortSignal.timeout(PATIENCE) }, forLife)
			.catch(() => answer(false));
	});
}

/** Whether a tab that is open goes by this name. */
export async function isHeld(tab: string): Promise<boolean> {
	if (!('locks' in navigator)) return false;
	const { held } = await navigator.locks.query();
	return held?.some(({ name }) => name === lockOf(tab)) ?? false;
}
