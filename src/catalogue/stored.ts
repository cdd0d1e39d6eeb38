import { z } from 'zod';

/** What the service says of a resource beside its definition. */
export const storedFields = {
  revision: z.int().describe('the ETag is this, quoted'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export interface StoredFields {
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StoredRow {
  readonly definition: unknown;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function storedFieldsOf(row: StoredRow): StoredFields {
  return {
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
