import type { AttributeFilter } from '../catalogue/index.ts';
import type { Bindings } from './question.ts';

// What counts as a number in an attribute; the engine alone would also read "inf", and JavaScript "" or "0x10".
const number = String.raw`'^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?$'`;

const orderings = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** A condition in ClickHouse on a column `attributes`, a Map: that all of the filters hold; never NULL. */
export function attributeCondition(filters: readonly AttributeFilter[], bindings: Bindings): string {
  return filters.length === 0
    ? '1'
    : filters.map((filter) => `(${oneCondition(filter, bindings)})`).join(' AND ');
}

function oneCondition(filter: AttributeFilter, bindings: Bindings): string {
  const name = bindings.bind('String', filter.attribute);
  const has = `mapContains(attributes, ${name})`;
  const found = `attributes[${name}]`;
  switch (filter.op) {
    case 'exists':
      return has;
    case 'notExists':
      return `NOT ${has}`;
    case 'eq':
      return `${has} AND ${found} = ${bindings.bind('String', filter.value)}`;
    case 'ne':
      return `NOT (${has} AND ${found} = ${bindings.bind('String', filter.value)})`;
    case 'in':
      return `${has} AND ${found} IN ${bindings.bind('Array(String)', filter.values)}`;
    case 'notIn':
      return `NOT (${has} AND ${found} IN ${bindings.bind('Array(String)', filter.values)})`;
    default: {
      const limit = bindings.bind('Float64', filter.value);
      // An absent attribute reads as '', which is no number.
      return `match(${found}, ${number}) AND ifNull(toFloat64OrNull(${found}) ${orderings[filter.op]} ${limit}, 0)`;
    }
  }
}
