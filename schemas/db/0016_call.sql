-- Calls with approval, presence that is shown again, grades both ways.
ALTER TABLE dispatcher.call
  ADD COLUMN assisting    text[],
  ADD COLUMN reason       text,
  ADD COLUMN partner      text,
  ADD COLUMN agreed       boolean,
  ADD COLUMN precheck_by  timestamptz,
  ADD COLUMN confirm_by   timestamptz,
  ADD COLUMN no_emergency boolean,
  ADD COLUMN rule_by      timestamptz,
  ADD COLUMN team         text;

ALTER TABLE dispatcher.attendance
  ADD COLUMN contact_by   timestamptz,
  ADD COLUMN contacted_at timestamptz,
  ADD COLUMN recheck_by   timestamptz,
  ADD COLUMN grace_by     timestamptz,
  ADD COLUMN lost         bigint,
  ADD COLUMN part         boolean,
  ADD COLUMN ruled        boolean,
  ADD COLUMN graded_back  boolean,
  ADD COLUMN score_back   bigint;

CREATE INDEX tally_ungraded ON scoring.tally (unit)
  WHERE what = 'ungraded';
