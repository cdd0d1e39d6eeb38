import { z } from 'zod';
import { AttributeFilters } from './attribute-filter.ts';
import { Key } from './key.ts';

/** Units alike in the attributes of their first impression. */
export const SegmentDefinition = z
  .strictObject({
    key: Key,
    name: z.string().max(200).default('').describe('what people call it'),
    filters: AttributeFilters.min(1).describe('on the attributes frozen at the first impression'),
  })
  .meta({
    id: 'Segment',
    example: { key: 'germany', name: 'Germany', filters: [{ attribute: 'country', op: 'eq', value: 'DE' }] },
  });
export type SegmentDefinition = z.infer<typeof SegmentDefinition>;
