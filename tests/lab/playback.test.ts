import { describe, expect, test } from 'vitest';
import { Playback } from '$lib/lab/playback.svelte';

describe('playback', () => {
	test('starts at the end, where the picture is complete', () => {
		expect(new Playback(8)).toMatchObject({ step: 7, playing: false, isAtEnd: true });
	});

	test('plays from the beginning when at the end, and stops there again', () => {
		const playback = new Playback(3);
		playback.play();
		expect(playback).toMatchObject({ step: 0, playing: true });
		playback.tick();
		expect(playback).toMatchObject({ step: 1, playing: true });
		playback.tick();
		expect(playback).toMatchObject({ step: 2, playing: false });
		playback.tick();
		expect(playback.step).toBe(2);
	});

	test('moves no further than its ends', () => {
		const playback = new Playback(4);
		playback.move(-99);
		expect(playback.step).toBe(0);
		playback.move(99);
		expect(playback.step).toBe(3);
		playback.go(NaN);
		expect(playback.step).toBe(0);
	});

	test('pauses and goes on where it was', () => {
		const playback = new Playback(5);
		playback.toggle();
		playback.tick();
		playback.toggle();
		expect(playback).toMatchObject({ step: 1, playing: false });
		playback.toggle();
		expect(playback).toMatchObject({ step: 1, playing: true });
	});

	test('stays at the end when its length changes, else at its step', () => {
		const playback = new Playback(4);
		playback.resize(9);
		expect(playback.step).toBe(8);
		playback.go(5);
		playback.resize(7);
		expect(playback.step).toBe(5);
		playback.resize(3);
		expect(playback.step).toBe(2);
	});

	test('does not play a single step', () => {
		const playback = new Playback(0);
		playback.play();
		expect(playback).toMatchObject({ step: 0, steps: 1, playing: false });
	});
});
