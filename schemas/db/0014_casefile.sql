-- The whole life of a casefile.
ALTER TABLE dispatcher.casefile
	ADD forwarded_at timestamptz,
	ADD verify_by    timestamptz,
	ADD verifier     text,
	ADD rejected     bigint,
	ADD parent       text,
	ADD children     text[],
	ADD reporters    text[],
	ADD overall_by   timestamptz;

-- Duty admission.
CREATE TABLE dispatcher.admission (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	matter       text NOT NULL,
	units        text[],
	unit         text NOT NULL,
	requested_at timestamptz NOT NULL,
	until        timestamptz NOT NULL,
	assess_by    timestamptz,
	decide_by    timestamptz,
	agrees       boolean,
	admitted_at  timestamptz,
	document     text,
	approver     text
);
CREATE INDEX ON dispatcher.admission (casefile);

-- An admission crosses casefiles, as does a cadre who was given back: they count
-- as a pack does, from their place in the journal on.  There are few of them,
-- and everybody looks for new ones.
CREATE INDEX event_registry ON journal.event (seq)
	WHERE type IN ('admission.admitted', 'admission.revoked', 'cadre.returned');
CREATE VIEW registry.fact AS SELECT seq, envelope FROM journal.event
	WHERE type IN ('admission.admitted', 'admission.revoked', 'cadre.returned');
