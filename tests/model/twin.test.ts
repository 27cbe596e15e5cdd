import { describe } from 'vitest';
import { NODE_BACKENDS, useBackend } from '../tensors';
import { oddModel } from './oddModels';
import { testTwin } from './twin';

const MODELS = Array.from({ length: 18 }, (_, seed) => oddModel(seed));

describe.each(NODE_BACKENDS)('on %s', (backend) => {
	testTwin(MODELS, () => useBackend(backend));
});
