/** Registers the WebGL form of every kernel; the operations then find them by name. */
import './adamW';
import './attend';
import './attentionPart';
import './crossEntropy';
import './embed';
import './join';
import './mixturePart';
import './network';
import './nextTokenLoss';
import './pick';
import './product';
import './rmsNorm';
import './rotate';
import './routedExperts';
import './unitNorm';
