-- intake: visits, checks before filing, papers carried for residents, bookings
ALTER TABLE intake.report
	ADD visit   text,
	ADD checker text,               -- who looks on the spot before filing
	ADD checked text;               -- what came of it
-- What else was said at that door?
CREATE INDEX report_visit ON intake.report (visit) WHERE visit IS NOT NULL;

CREATE TABLE intake.agency (
	id         text PRIMARY KEY,
	casefile   text NOT NULL,
	division   text NOT NULL,
	state      text NOT NULL,
	unit       text NOT NULL,
	officer    text,
	token      text,
	carried_to text,
	taken_at   timestamptz NOT NULL
);
CREATE INDEX agency_casefile ON intake.agency (casefile);

CREATE TABLE intake.booking (
	id        text PRIMARY KEY,   -- its number
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	room      text NOT NULL,
	leader    text NOT NULL,
	comes_at  timestamptz NOT NULL,
	day       timestamptz NOT NULL, -- where comes_at's day begins
	channel   text NOT NULL,
	matter    text,
	moves     bigint,
	booked_at timestamptz NOT NULL,
	token     text
);
CREATE INDEX booking_casefile ON intake.booking (casefile);
-- How many seats of that day are taken?
CREATE INDEX booking_day ON intake.booking (day) WHERE state = 'booked';

-- What was asked for at a door: before night, and looked at again.
CREATE TABLE intake.request (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	unit      text NOT NULL,
	officer   text,
	visit     text,
	opened_at timestamptz NOT NULL,
	night_at  timestamptz NOT NULL,
	handler   text,
	outcome   text
);
CREATE INDEX request_casefile ON intake.request (casefile);
