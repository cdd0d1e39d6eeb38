import { normalSurvival } from '../../analysis/special/index.ts';
import { type Draw, lognormal, zeroInflated } from './draws.ts';

export const CONFIDENCE_METHOD = '(e) and (f): confidence sequences of proportions and capped means';
export const CAP = 20;
export const SIGMA = 1.5;
const BUYERS = 0.05;

/** 5 % buy for a lognormal amount. */
export const spend: Draw = zeroInflated(BUYERS, lognormal(SIGMA));
/** The same, cut at the cap. */
export const cappedSpend: Draw = (uniform) => Math.min(CAP, spend(uniform));

/** E min(X, cap) of the capped spend: of a lognormal e^(σ²/2)·Φ((ln c − σ²)/σ) + c·(1 − Φ(ln c/σ)). */
export const MEAN_SPEND =
  BUYERS *
  (Math.exp(SIGMA ** 2 / 2) * normalSurvival((SIGMA ** 2 - Math.log(CAP)) / SIGMA) +
    CAP * normalSurvival(Math.log(CAP) / SIGMA));
