import type { Sampling } from '$lib/math/sample';
import type { RunHeader } from '$lib/protocol/checkpoint';
import type { Intervention } from '$lib/protocol/interventions';
import type { Opened } from '$lib/protocol/messages';
import {
	LAYER_POINTS,
	MODEL_POINTS,
	type GradientPoint,
	type HookPoint
} from '$lib/protocol/trace';
import type { EngineWorker } from './wire';

export type Status = 'idle' | 'loading' | 'ready' | 'training' | 'failed';

/** What a page hands the lab, so that the lab needs to know neither worker nor addresses. */
export interface LabOptions {
	/** Starts an engine; called again after a worker has died. */
	startWorker: () => EngineWorker;
	/** Address of a file of a toy, such as `config.json`. */
	toyUrl: (toy: string, file: string) => string;
	/** What the visitor asked for (`?backend=`), or null. */
	backend?: string | null;
}

/** The model at hand. Step and history change all the time: they are the lab's own. */
export interface LabModel extends Omit<RunHeader, 'step' | 'history'> {
	/** Weights in all. */
	parameterCount: number;
	/** Byte pairs of a visitor's text, which its vocabulary is made of; null for another task. */
	merges: Opened['merges'];
}

/** What a forward pass may change or watch; everything is optional. */
export interface PassOptions {
	interventions?: readonly Intervention[];
	/** Another chunk length for this pass alone. */
	chunk?: number | null;
	/** Points to record; all by default. */
	points?: readonly HookPoint[];
	/** Points at which the gradient of the loss is wanted too; they must be among `points`. */
	gradients?: readonly GradientPoint[];
}

/** How to write on; everything is optional. */
export interface GenerateOptions {
	/** Tokens to add, 32 by default. */
	count?: number;
	/** Greedy by default. */
	sampling?: Sampling;
	seed?: number;
	/** Hears each token as it comes, with its probability under the model. */
	ontoken?: (token: number, probability: number) => void;
}

export const ALL_POINTS = Object.keys({ ...LAYER_POINTS, ...MODEL_POINTS }) as HookPoint[];
