/* Booked receptions (预约接访): a seat with whichever leader sits that day. */
#include "services/intake/rules.h"

#include "common/registry/roster.h"

#define SECOND_MS INT64_C(1000)

static int64_t
taken_of(const struct step *s, struct str room, struct str leader, int64_t day)
{
	const struct seats *seats = &intake_prepared(s)->seats;
	int64_t n = 0;

	for (size_t i = 0; i < seats->n; i++) {
		const struct row_seat *t = &seats->v[i];

		n += t->day == day && str_eq(t->room, room) &&
		     str_eq(t->leader, leader) &&
		     !str_eq(t->booking, s->folder->casefile);
	}
	return n;
}

static bool
sits(const struct step *s, const struct row_roster *row, struct str room,
    int64_t at)
{
	struct roster w;

	return str_eq(row->unit, room) && str_is(row->role, "leader") &&
	       roster_parse(row->date_rule, row->shift, &w) && !w.on_call &&
	       roster_covers(&w, registry_calendar(s->registry), at);
}

/*
 * The leader of ROOM who sits at AT and has a seat left, WANTED unless that
 * is empty; refuses if none.
 */
static struct str
leader_at(
    struct step *s, struct str room, struct str wanted, int64_t at, int64_t *n)
{
	int64_t max = registry_number(s->registry, "booking.day.max", s->at, 1);
	int64_t day = clock_day_start(clock_day(at));
	const struct row_roster *row;
	bool anybody = false;
	size_t i = 0;

	while (
	    (row = registry_next(s->registry, TABLE_roster, at, &i)) != NULL) {
		if (!sits(s, row, room, at) ||
		    (wanted.n > 0 && !str_eq(row->officer, wanted)))
			continue;
		anybody = true;
		*n = taken_of(s, room, row->officer, day) + 1;
		if (*n <= max)
			return row->officer;
	}
	step_refuse(s, anybody ? "DAY_FULL" : "ROTA_EMPTY");
	return (struct str){ NULL, 0 };
}

/* The seat is kept to the end of its day. */
static void
await_day(struct step *s, struct row_booking *b)
{
	int64_t end = clock_day_start(clock_day(b->comes_at) + 1) - SECOND_MS;
	struct due due = {
		.rule = { .clock = LIMIT_NATURAL },
		.from = s->at,
		.soon = end,
		.at = end,
	};

	step_arm(s, (struct row_head *)b, "day", ARM_WINDOW, b->room, due);
}

static void
seat(struct row_booking *b, struct str leader, int64_t at)
{
	b->leader = leader;
	b->comes_at = at;
	b->day = clock_day_start(clock_day(at));
}

static bool
may_book(struct step *s, struct str room, int64_t at)
{
	if (step_unit(s, room) == NULL)
		return false;
	if (at <= s->at)
		step_refuse(s, "IN_THE_PAST");
	return !step_refused(s);
}

void
intake_booking_book(struct step *s)
{
	const struct msg_booking_book *m = s->msg;
	struct row_booking *b;
	struct str leader;
	int64_t n = 0;

	/* A number is given once. */
	if (step_find(s, THING_BOOKING, s->folder->casefile) != NULL) {
		step_refuse(s, "NOT_ALLOWED_NOW");
		return;
	}
	if (intake_prepared(s)->bad_seal) {
		step_refuse(s, "BAD_SEAL");
		return;
	}
	if (!intake_knows(s, m->unit, m->officer) ||
	    !intake_knows(s, m->unit, m->leader) ||
	    !may_book(s, m->room, m->at))
		return;
	if (m->matter.n > 0 &&
	    registry_matter(s->registry, m->matter, s->at) == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_MATTER", "%.*s", STR_ARG(m->matter));
		return;
	}
	leader = leader_at(s, m->room, m->leader, m->at, &n);
	if (step_refused(s))
		return;
	b = step_new(s, THING_BOOKING, BOOKING_BOOKED);
	seat(b, leader, m->at);
	b->room = m->room;
	b->channel = m->channel;
	b->matter = m->matter;
	b->booked_at = s->at;
	b->token = intake_prepared(s)->token;
	await_day(s, b);
	step_emit(s, &msg_booking_booked_desc,
	    &(struct msg_booking_booked){ .booking = b->id,
		.room = b->room,
		.leader = leader,
		.at = m->at,
		.channel = m->channel,
		.matter = m->matter,
		.via = m->via,
		.token = b->token,
		.n = n });
}

void
intake_booking_move(struct step *s)
{
	const struct msg_booking_move *m = s->msg;
	struct row_booking *b = (struct row_booking *)s->row;
	int64_t max =
	    registry_number(s->registry, "booking.moves.max", s->at, 1);
	struct str leader;
	int64_t n = 0;

	if (!intake_knows(s, m->unit, m->officer) ||
	    !may_book(s, b->room, m->at))
		return;
	if (b->moves >= max) {
		step_refuse(s, "MOVED_TWICE");
		return;
	}
	leader = leader_at(s, b->room, (struct str){ NULL, 0 }, m->at, &n);
	if (step_refused(s))
		return;
	seat(b, leader, m->at);
	b->moves++;
	step_touch(s, s->row);
	await_day(s, b);
	step_emit(s, &msg_booking_moved_desc,
	    &(struct msg_booking_moved){ .booking = b->id,
		.leader = leader,
		.at = m->at,
		.n = b->moves });
}

void
intake_booking_cancel(struct step *s)
{
	const struct msg_booking_cancel *m = s->msg;

	if (!intake_knows(s, m->unit, m->officer))
		return;
	step_meet(s, s->row, "day");
	step_emit(s, &msg_booking_cancelled_desc,
	    &(struct msg_booking_cancelled){ .booking = m->booking });
}

/* The room itself, or the county's desk that books for it. */
static bool
may_receive(struct step *s, struct str unit, const struct row_booking *b)
{
	return step_acts_for(s, unit, b->room) ||
	       step_must_be(s, unit, step_county_centre(s, b->division));
}

/* Another leader may stand in; that is written down. */
static bool
is_leader(struct step *s, struct str officer)
{
	const struct row_officer *o = step_officer(s, officer);

	if (o != NULL && !str_is(o->role, "leader"))
		step_refuse_because(
		    s, "NOT_A_LEADER", "%.*s", STR_ARG(officer));
	return !step_refused(s);
}

void
intake_booking_keep(struct step *s)
{
	const struct msg_booking_keep *m = s->msg;
	const struct row_booking *b = (const struct row_booking *)s->row;
	struct str leader = m->leader.n > 0 ? m->leader : b->leader;

	if (!intake_knows(s, m->unit, m->officer) ||
	    !may_receive(s, m->unit, b) || !is_leader(s, leader))
		return;
	if (s->at < b->day) {
		step_refuse(s, "NOT_THE_DAY");
		return;
	}
	step_meet(s, s->row, "day");
	step_emit(s, &msg_booking_kept_desc,
	    &(struct msg_booking_kept){ .booking = b->id,
		.leader = leader,
		.substitute = !str_eq(leader, b->leader) });
}

void
intake_booking_missed(struct step *s)
{
	const struct row_booking *b = (const struct row_booking *)s->row;
	struct due due = step_due(s, "booking.ask", s->at);

	step_arm(s, s->row, "ask", ARM_DUTY, b->room, due);
	step_emit(s, &msg_booking_missed_desc,
	    &(struct msg_booking_missed){ .booking = b->id, .ask_by = due.at });
}

void
intake_booking_ask(struct step *s)
{
	const struct msg_booking_ask *m = s->msg;

	if (!intake_knows(s, m->unit, m->officer))
		return;
	step_meet(s, s->row, "ask");
	step_emit(s, &msg_booking_asked_desc,
	    &(struct msg_booking_asked){
		.booking = m->booking, .why = m->why });
}
