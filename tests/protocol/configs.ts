import type { ModelConfig } from '$lib/protocol/config';
import { INITIAL_SETTINGS, modelConfig } from '$lib/protocol/settings';

/** The default toy with a few things changed. */
export function toyConfig(change: Partial<ModelConfig> = {}): ModelConfig {
	return { ...modelConfig(INITIAL_SETTINGS, 50), ...change };
}
