import { type Gate, type Gates, type Judgement, judgeDecision, type ReadDecision } from './gates/index.ts';

/** Says what is decided at a gate, at this moment. */
export class Judge {
  readonly #gates: Gates;
  readonly #readDecision: ReadDecision;
  readonly #clock: () => Date;

  constructor(deps: { gates: Gates; readDecision: ReadDecision; clock: () => Date }) {
    this.#gates = deps.gates;
    this.#readDecision = deps.readDecision;
    this.#clock = deps.clock;
  }

  /** @throws AppError `not-found` for a token of no open gate, `too-many-requests`. */
  async at(token: string): Promise<{ gate: Gate; judgement: Judgement }> {
    const gate = await this.#gates.find(token);
    const decision = await this.#readDecision(gate.environment, gate.flag, gate.treatment);
    return { gate, judgement: judgeDecision(decision, this.#clock()) };
  }
}
