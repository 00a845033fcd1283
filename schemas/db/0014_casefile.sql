-- The whole life of a casefile.
ALTER TABLE dispatcher.casefile
	ADD forwarded_at timestamptz,
	ADD verify_by    timestamptz,
	ADD verifier     text,
	ADD rejected     bigint,
	ADD parent       text,
	ADD children     text[];
