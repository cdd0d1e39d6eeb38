-- The values by which a build's moments are kept beside those of all units: [{"attribute": "country", "values": ["DE"]}].
ALTER TABLE attribution_builds ADD COLUMN segments jsonb NOT NULL DEFAULT '[]';
