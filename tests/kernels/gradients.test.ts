import { describe } from 'vitest';
import { NODE_BACKENDS, useBackend } from '../tensors';
import { testGradients } from './operations';

describe.each(NODE_BACKENDS)('on %s', (backend) => testGradients(() => useBackend(backend)));
