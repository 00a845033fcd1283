-- Supervision: which triggers give what, excuses, talks, warnings.
CREATE TABLE registry.card_trigger (
	trigger text NOT NULL,
	gives text NOT NULL,
	urgent text,
	confidence text NOT NULL,
	source text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (trigger, valid_from)
);
CREATE UNIQUE INDEX ON registry.card_trigger (trigger)
	WHERE valid_to IS NULL;

ALTER TABLE dispatcher.card
	ADD COLUMN held text,             -- colour while it is excused
	ADD COLUMN explained text,        -- colour at the last explanation
	ADD COLUMN answer_by timestamptz,
	ADD COLUMN until timestamptz;
CREATE INDEX card_open ON dispatcher.card (unit) WHERE state <> 'lifted';

CREATE TABLE dispatcher.talk (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	unit      text NOT NULL,
	why       text NOT NULL,
	about     text,
	called_at timestamptz NOT NULL,
	hold_by   timestamptz NOT NULL,
	held_at   timestamptz,
	officer   text
);
CREATE INDEX ON dispatcher.talk (casefile);
CREATE INDEX talk_called ON dispatcher.talk (unit) WHERE state = 'called';

CREATE TABLE dispatcher.warning (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,       -- number of the look that raised it
	division     text NOT NULL,
	state        text NOT NULL,
	kind         text NOT NULL,
	unit         text NOT NULL,
	span         text NOT NULL,
	raised_at    timestamptz NOT NULL,
	respond_by   timestamptz,
	handle_by    timestamptz,
	responded_at timestamptz,
	handled_at   timestamptz,
	campaign     text
);
CREATE INDEX ON dispatcher.warning (casefile);
CREATE INDEX warning_open ON dispatcher.warning (unit)
	WHERE state <> 'handled';

-- What each casefile asks for, for volumes and clusters.
CREATE TABLE scoring.demand (
	id       text PRIMARY KEY,
	casefile text NOT NULL,
	division text NOT NULL,
	state    text NOT NULL,
	matter   text NOT NULL,
	at       timestamptz NOT NULL,
	seq      bigint NOT NULL
);
CREATE INDEX demand_casefile ON scoring.demand (casefile);
CREATE INDEX demand_at ON scoring.demand (at);

CREATE TABLE scoring.alert (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	kind      text NOT NULL,
	unit      text NOT NULL,
	span      text NOT NULL,
	matter    text,
	place     text,
	value     bigint NOT NULL,
	threshold bigint NOT NULL,
	at        timestamptz NOT NULL,
	seq       bigint NOT NULL
);
-- One row an installation: what the clock looks at next.
CREATE TABLE scoring.watch (
	id       text PRIMARY KEY,
	casefile text NOT NULL,
	division text NOT NULL,
	state    text NOT NULL,
	seq      bigint NOT NULL UNIQUE,
	day      text,
	month    text
);
CREATE INDEX ON scoring.watch (casefile);

CREATE INDEX alert_casefile ON scoring.alert (casefile);
CREATE INDEX alert_at ON scoring.alert (at);
CREATE INDEX tally_reds ON scoring.tally (unit, seq)
	WHERE what IN ('red', 'cleared');
