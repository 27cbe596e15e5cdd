/**
 * The step a figure is at. Figures draw a step; only this class knows that there is a next one. It owns
 * no timer: the player that shows it calls `tick` while it plays.
 */
export class Playback {
	/** From 0 to `steps` − 1. */
	step: number = $state(0);
	playing: boolean = $state(false);
	steps: number = $state(1);

	/** Starts at the last step, where the picture is complete. */
	constructor(steps: number) {
		this.resize(steps);
		this.step = this.steps - 1;
	}

	get isAtEnd(): boolean {
		return this.step >= this.steps - 1;
	}

	/** Another number of steps; the step stays if it still exists, and the end stays the end. */
	resize(steps: number): void {
		const wasAtEnd = this.isAtEnd;
		this.steps = Math.max(1, Math.trunc(steps) || 1);
		this.step = wasAtEnd ? this.steps - 1 : Math.min(this.step, this.steps - 1);
		if (this.isAtEnd) this.playing = false;
	}

	/** Goes to a step, or to the nearest there is. */
	go(step: number): void {
		this.step = Math.min(this.steps - 1, Math.max(0, Math.trunc(step) || 0));
		if (this.isAtEnd) this.playing = false;
	}

	/** Moves by `delta` steps, stopping at either end. */
	move(delta: number): void {
		this.go(this.step + delta);
	}

	/** Starts; from the beginning when already at the end. */
	play(): void {
		if (this.steps < 2) return;
		if (this.isAtEnd) this.step = 0;
		this.playing = true;
	}

	pause(): void {
		this.playing = false;
	}

	toggle(): void {
		if (this.playing) this.pause();
		else this.play();
	}

	/** One beat of the player's clock: a step forward, and stop at the end. */
	tick(): void {
		if (this.playing) this.move(1);
	}
}
