export { type BayesianInput, type BayesianResult, bayesianEffect } from './bayesian-effect.ts';
export { type EffectEstimate, effectOfMeans } from './effect-of-means.ts';
export { type ExpectedLoss, expectedLoss } from './expected-loss.ts';
export {
  type NormalBelief,
  type NormalPrior,
  normalPosterior,
  type PosteriorInput,
} from './normal-posterior.ts';
