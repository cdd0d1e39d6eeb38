-- Cycles look up scattered units. A granule of 1024 numbers is 8 KiB, and with blocks of 64 KiB eight granules were unpacked to
-- read one: a look-up of 700 units took twice the processor time. Parts written before keep their blocks until they are merged.
ALTER TABLE raw_impressions MODIFY SETTING min_compress_block_size = 8192;
ALTER TABLE raw_conversions MODIFY SETTING min_compress_block_size = 8192;
ALTER TABLE assignments MODIFY SETTING min_compress_block_size = 8192;
