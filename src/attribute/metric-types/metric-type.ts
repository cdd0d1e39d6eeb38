import type { MetricSource } from '../../catalogue/index.ts';
import type { UnitRows } from './unit-rows.ts';

/** Conversions of one name, and what becomes of a unit's; `any`: 1 where there is one, else 0. */
export type Source = Pick<MetricSource, 'event' | 'filters'> & {
  readonly aggregation: MetricSource['aggregation'] | 'any';
};

/** A number of a unit, as an expression on its row of vectors.sql. */
export interface Cell {
  readonly value: string;
  /** Whether the unit has a value at all; null where it always has. */
  readonly exists: string | null;
}

/** A unit is a vector: the values and then the covariates, each less its centre; moments sum it and its products. */
export interface UnitVector {
  readonly kind: 'vector';
  readonly values: readonly Cell[];
  readonly covariates: readonly Cell[];
  /** Of each of them, once it is capped. */
  readonly log1p: boolean;
}

/** A unit is in a bin, an Int32: units are counted by bin. Units without conversions are in bin 0. */
export interface UnitBin {
  readonly kind: 'bin';
  readonly bin: Cell;
  /** What is binned, where the bin is one of many values. */
  readonly value?: string;
}

/** What one type of metric is to attribution. A further type is a file like the others here, and a line in index.ts. */
export interface MetricType<M> {
  /** What it is computed from. */
  sources(metric: M): readonly Source[];
  /** The components of its vectors; 0: it counts units by bin. */
  dimension(metric: M): number;
  /** What its conversions make of a unit. */
  unit(metric: M, rows: UnitRows): UnitVector | UnitBin;
}
