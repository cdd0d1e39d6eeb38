const problem = (status: number, description: string) => ({
  status,
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** The problem documents that a route of the catalogue may answer with, beside those that any route may. */
export const problems = {
  notFound: problem(404, 'There is no such thing'),
  conflict: problem(409, 'The state does not allow it; the sentence says why'),
  stale: problem(412, 'It has changed since you read it'),
  invalid: problem(
    422,
    'Some fields are not valid, or refer to something that is not there; `errors` points at them',
  ),
  unconditional: problem(428, 'If-Match is missing'),
};

/** Headers of an answer that shows one revision of something. */
export const etagHeader = {
  etag: {
    description: 'of this revision; send it as If-Match with a PATCH',
    schema: { type: 'string' as const },
  },
};

const why = {
  name: 'Assay-Why',
  required: false,
  description: 'why, for the audit log (percent-encoded where not ASCII); or `why` in the body',
};

/** Headers of a POST that changes something and may be repeated safely. */
export const repeatableHeaders = [
  {
    name: 'Idempotency-Key',
    required: false,
    description: 'a repetition within 24 hours is answered as the first request was; with another body: 422',
  },
  why,
];

/** Headers of a PATCH of what the client has read. */
export const conditionalHeaders = [
  { name: 'If-Match', required: true, description: 'the ETag of what you read' },
  why,
];

/** The header of a read that costs nothing where nothing has changed, and its answer. */
export const unlessChanged = {
  name: 'If-None-Match',
  required: false,
  description: 'an ETag: 304 and no body if this is still the revision',
};
export const unchanged = { status: 304, description: 'Nothing has changed' };

/** The media types of a PATCH. */
export const patchTypes = ['application/merge-patch+json', 'application/json'] as const;
