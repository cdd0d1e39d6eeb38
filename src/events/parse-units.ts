import type { Unit } from './event.ts';
import { asObject, isName, isText } from './fields.ts';
import { EVENT_LIMITS } from './limits.ts';
import { type Rejection, rejection } from './rejection.ts';

/**
 * The units of an event: `unit` is `{type, id}`, `units` maps types to ids; either or both, of distinct types (one may
 * say the same twice), and at least one. Ids are strings: numbers beyond 2^53 would silently lose digits.
 */
export function parseUnits(unit: unknown, units: unknown): readonly Unit[] | Rejection {
  if (units === undefined || units === null) {
    if (unit === undefined || unit === null) {
      return rejection(
        'invalid-unit',
        'unit is missing: give {"type", "id"}, or units as {"<type>": "<id>"}',
      );
    }
    const single = parseUnit(unit);
    return 'code' in single ? single : [single];
  }
  const map = asObject(units);
  if (map === null) return rejection('invalid-unit', 'units must be an object of type: id');
  const types = Object.keys(map);
  if (types.length > EVENT_LIMITS.units) {
    return rejection(
      'invalid-unit',
      `units has ${types.length} entries; at most ${EVENT_LIMITS.units} are taken`,
    );
  }
  const found: Unit[] = [];
  for (const type of types) {
    const parsed = parseUnit({ type, id: map[type] });
    if ('code' in parsed) return parsed;
    found.push(parsed);
  }
  return unit === undefined || unit === null ? atLeastOne(found) : withUnit(found, unit);
}

function withUnit(found: Unit[], unit: unknown): readonly Unit[] | Rejection {
  const parsed = parseUnit(unit);
  if ('code' in parsed) return parsed;
  const same = found.find((other) => other.type === parsed.type);
  if (same === undefined) return [parsed, ...found];
  if (same.id === parsed.id) return found;
  return rejection('invalid-unit', 'unit and units give different ids for the same type');
}

function atLeastOne(found: readonly Unit[]): readonly Unit[] | Rejection {
  return found.length > 0 ? found : rejection('invalid-unit', 'units is empty; at least one unit is needed');
}

function parseUnit(raw: unknown): Unit | Rejection {
  const unit: { readonly type?: unknown; readonly id?: unknown } | null = asObject(raw);
  if (unit === null) return rejection('invalid-unit', 'unit must be an object with type and id');
  const { type, id } = unit;
  if (!isName(type, EVENT_LIMITS.unitType)) {
    return rejection(
      'invalid-unit',
      `a unit's type must be a string of 1 to ${EVENT_LIMITS.unitType} characters without quotes, backslashes and control characters`,
    );
  }
  if (!isText(id, EVENT_LIMITS.unitId)) {
    return rejection(
      'invalid-unit',
      `a unit's id must be a string of 1 to ${EVENT_LIMITS.unitId} characters`,
    );
  }
  return { type, id };
}
