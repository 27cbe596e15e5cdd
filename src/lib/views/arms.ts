/** How the arms of an experiment are drawn: the same colour and dash in every picture of it. */

/** One arm with the number that each seed gave. */
export interface ArmSeeds {
	name: string;
	seeds: readonly { seed: number; value: number; isLive: boolean }[];
}

const HUES = ['--rope', '--nope-fill', '--shared', '--expert-1', '--expert-5'];

export const armHue = (arm: number): string => `var(${HUES[arm % HUES.length] ?? '--ink'})`;
