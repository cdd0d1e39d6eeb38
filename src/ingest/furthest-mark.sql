-- Question: the receipt time that no watermark given out so far exceeds.
-- Inputs: none. Output: received_through (null where there is no source).
SELECT max(received_through) AS received_through FROM source_marks
