/* The casefile, and the tables of all things. */
#include "services/dispatcher/rules.h"

struct row_casefile *
dispatcher_casefile(struct step *s)
{
	return (struct row_casefile *)step_find(
	    s, THING_CASEFILE, s->folder->casefile);
}

bool
dispatcher_reported(const struct row_casefile *c, struct str officer)
{
	return officer.n > 0 && (str_eq(c->reporter, officer) ||
				    strs_has(c->reporters, officer));
}

bool
dispatcher_may_handle(struct step *s, struct str officer)
{
	const struct row_casefile *c = dispatcher_casefile(s);

	if (step_officer(s, officer) == NULL)
		return false;
	if (c != NULL && dispatcher_reported(c, officer)) {
		step_refuse(s, "REPORTER_IS_HANDLER");
		return false;
	}
	return true;
}

void
dispatcher_await_way(struct step *s, struct row_casefile *c)
{
	struct due due = step_due(s, "casefile.route", s->at);

	c->route_by = due.at;
	step_arm(s, HEAD(c), "route", ARM_DUTY, dispatcher_room(s, c), due);
	dispatcher_promise_runs(s, c, dispatcher_room(s, c));
}

void
dispatcher_way_found(struct step *s, struct row_casefile *c)
{
	c->route_by = 0;
	step_meet(s, HEAD(c), "route");
	dispatcher_cause_over(s, c->id, "route");
}

void
dispatcher_not_yet_closed(struct step *s, struct row_casefile *c)
{
	c->close_by = 0;
	step_meet(s, HEAD(c), "close");
	dispatcher_cause_over(s, c->id, "close");
	dispatcher_looked_at(s, c);
}

static void
route(struct step *s, struct row_casefile *c, struct way way, struct str by)
{
	c->tier = dispatcher_tier_name(way.tier);
	dispatcher_say_routed(s, c, way.unit, by);
	dispatcher_give(s, c,
	    &(struct order){ .unit = way.unit,
		.giver = dispatcher_giver(s, c, way.tier),
		.finish = dispatcher_finish(s, c) });
}

void
dispatcher_casefile_opened(struct step *s)
{
	const struct msg_casefile_opened *m = s->msg;
	struct row_casefile *c;
	struct way way;

	if (dispatcher_casefile(s) != NULL ||
	    !str_eq(m->casefile, s->folder->casefile))
		return;
	c = step_new(s, THING_CASEFILE, CASEFILE_OPENED);
	/* Who reports may still go by the old code of a place. */
	c->division = dispatcher_place(s, c);
	c->matter = m->matter;
	c->channel = m->channel;
	c->urgent = m->urgent;
	c->place = m->place;
	c->lat = m->lat;
	c->lon = m->lon;
	c->reporter = m->reporter_officer;
	c->opened_at = s->at;
	c->finish_by = m->finish_by;
	if (m->wish && dispatcher_offer_wish(s, c)) {
		step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
		return;
	}
	if (dispatcher_bundle_begins(s, c))
		return;
	way = dispatcher_way(s, c);
	if (way.unit.n == 0) {
		dispatcher_await_way(s, c);
		return;
	}
	route(s, c, way, STR("rule"));
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
}

bool
dispatcher_is_room_or_centre(
    struct step *s, struct str unit, const struct row_casefile *c)
{
	return step_acts_for(s, unit, dispatcher_centre(s, c)) ||
	       step_must_be(s, unit, dispatcher_room(s, c));
}

void
dispatcher_casefile_route(struct step *s)
{
	const struct msg_casefile_route *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	const struct row_unit *to;

	if (!dispatcher_is_room_or_centre(s, m->unit, c))
		return;
	to = step_unit(s, m->to);
	if (to == NULL || !dispatcher_may_send(s, c, m->unit, to))
		return;
	dispatcher_way_found(s, c);
	route(s, c,
	    (struct way){ .tier = dispatcher_tier_at(to), .unit = to->code },
	    STR("room"));
}

/* Nobody found a way in time: the room gets a card for it. */
void
dispatcher_casefile_unrouted(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct due due;

	if (m->unit.n > 0) {
		dispatcher_card_late(s);
		return;
	}
	/* A county without any room: at least the clock must not stop. */
	due = step_due(s, "casefile.route", m->due_at);
	c->route_by = due.at;
	step_touch(s, HEAD(c));
	step_arm(s, HEAD(c), "route", ARM_DUTY, dispatcher_room(s, c), due);
}

/* clang-format off */
#define SERVICE "dispatcher"
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "services/dispatcher/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "services/dispatcher/rows.def"
#include "common/msg/def_end.h"

static const struct thing things[] = {
#include "common/rule/def_table.h"
#include "services/dispatcher/states.def"
#include "common/rule/def_end_states.h"
};
static const struct move moves[] = {
#include "common/rule/def_moves.h"
#include "services/dispatcher/states.def"
#include "common/rule/def_end_states.h"
};
#define REASON(code, text) { #code, text },
static const struct reason reasons[] = {
#include "services/dispatcher/reasons.def"
};
#undef REASON
/* clang-format on */

const struct machine dispatcher_machine = {
	.service = SERVICE,
	.things = things,
	.n_things = ARRAY_LEN(things),
	.moves = moves,
	.n_moves = ARRAY_LEN(moves),
	.reasons = reasons,
	.n_reasons = ARRAY_LEN(reasons),
};
