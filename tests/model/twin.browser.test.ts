import '@tensorflow/tfjs-backend-webgl';
import { useBackend } from '../tensors';
import { oddModel } from './oddModels';
import { testTwin } from './twin';

const MODELS = Array.from({ length: 18 }, (_, seed) => oddModel(seed));

testTwin(MODELS, () => useBackend('webgl'));
