#include "cli/case.h"

#include "cli/when.h"

/* Facts that say where a casefile stands; the latest counts. */
static const struct {
	const char *type;
	const char *state;
} states[] = {
	{ "report.received", "at the desk" },
	{ "report.accepted", "accepted" },
	{ "report.refused", "not accepted" },
	{ "report.merged", "merged" },
	{ "report.answered", "answered" },
	{ "casefile.opened", "opened" },
	{ "casefile.routed", "in hand" },
	{ "task.offered", "offered" },
	{ "task.taken", "in hand" },
	{ "task.not_taken", "in hand" },
	{ "casefile.raised", "in hand" },
	{ "casefile.lowered", "in hand" },
	{ "casefile.rejected", "in hand" },
	{ "casefile.merged", "merged into another" },
	{ "casefile.parted", "without a way" },
	{ "casefile.stranded", "without a way" },
	{ "casefile.handled", "handled" },
	{ "casefile.closed", "closed" },
	{ "casefile.reopened", "reopened" },
	{ "casefile.archived", "archived" },
};

/* The last words about a thing. */
static const char *const endings[] = { "task.accepted", "task.moved",
	"task.withdrawn", "call.ended", "call.cancelled", "call.declined",
	"bundle.completed", "bundle.stopped", "card.lifted",
	"callback.recorded", "callback.lapsed", "agency.returned",
	"visit.looked_back", "penalty.closed", "penalty.ended",
	"penalty.transferred", "penalty.taken_back", "mediation.closed",
	"mediation.ended", "agreement.performed", "dispute.settled",
	"dispute.decided", "dispute.dropped", "campaign.closed",
	"campaign.stopped", "emergency.stood_down", "receipt.accepted",
	"receipt.ended", "fault.written_off", "warning.handled", "talk.held",
	"admission.refused", "admission.withdrawn", "admission.revoked",
	"admission.expired" };

const char *
case_state(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_is(type, states[i].type))
			return states[i].state;
	return NULL;
}

static bool
is_ending(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_is(type, endings[i]))
			return true;
	return false;
}

const void *
case_value(const struct case_event *ev, const char *name, enum wire_type type)
{
	const struct msg_field *f = msg_field(ev->desc, str_of(name));

	return f != NULL && f->type == type ? msg_at(f, ev->msg) : NULL;
}

/* Sets *OUT when the message has the field and it says something. */
static void
take_str(const struct case_event *ev, const char *name, struct str *out)
{
	const struct str *v = case_value(ev, name, WIRE_str);

	if (v != NULL && v->n > 0)
		*out = *v;
}

static void
take_time(const struct case_event *ev, const char *name, int64_t *out)
{
	const int64_t *v = case_value(ev, name, WIRE_time);

	if (v != NULL && *v > 0)
		*out = *v;
}

bool
case_says(const struct case_event *ev, const char *type)
{
	return str_is(ev->env.type, type);
}

/* What waits for somebody's word or for a day: who has that, until when. */
static void
take_waiting(struct case_thing *t, const struct case_event *ev)
{
	if (case_says(ev, "task.offered"))
		take_str(ev, "from", &t->unit);
	if (str_starts(ev->env.type, STR("dispute."))) {
		take_str(ev, "rung", &t->rung);
		take_str(ev, "holder", &t->unit);
	}
	if (case_says(ev, "suspension.granted"))
		take_time(ev, "until", &t->books_until);
	if (case_says(ev, "suspension.ended") || t->ended)
		t->books_until = 0;
}

static struct case_thing *
thing_of(struct case_view *v, struct str id)
{
	for (size_t i = 0; i < v->n_things; i++)
		if (str_eq(v->things[i].id, id))
			return &v->things[i];
	if (v->n_things == CASE_THINGS_MAX) {
		v->cut = true;
		return NULL;
	}
	v->things[v->n_things] = (struct case_thing){ .id = id };
	return &v->things[v->n_things++];
}

/* Facts about a child name it first; deadlines speak of what others made. */
static void
take_thing(struct case_view *v, const struct case_event *ev)
{
	const struct msg_field *first = &ev->desc->fields[0];
	struct case_thing *t;
	struct str id;

	if (first->format.look != LOOK_THING || first->type != WIRE_str ||
	    str_starts(ev->env.type, STR("deadline.")) ||
	    str_starts(ev->env.type, STR("step.")))
		return;
	id = *(const struct str *)msg_at(first, ev->msg);
	if (id.n <= v->number.n || !str_starts(id, v->number))
		return;
	t = thing_of(v, id);
	if (t == NULL)
		return;
	t->last = ev->desc;
	t->at = ev->at;
	t->ended = is_ending(ev->env.type);
	if (case_says(ev, "call.raised") || case_says(ev, "call.designated"))
		take_str(ev, "main", &t->unit);
	else if (!str_starts(ev->env.type, STR("call.")))
		take_str(ev, "unit", &t->unit);
	take_waiting(t, ev);
}

static void
take_casefile(struct case_view *v, const struct case_event *ev)
{
	const char *state = case_state(ev->env.type);

	if (state != NULL) {
		v->state = state;
		v->state_at = ev->at;
		take_str(ev, "matter", &v->matter);
		take_str(ev, "channel", &v->channel);
		take_str(ev, "place", &v->place);
		take_str(ev, "tier", &v->tier);
		take_str(ev, "outcome", &v->outcome);
	}
	if (case_says(ev, "report.merged"))
		take_str(ev, "casefile", &v->into);
	if (case_says(ev, "report.received")) {
		v->received_at = ev->at;
		take_str(ev, "visit", &v->visit);
	}
	if (case_says(ev, "casefile.opened") ||
	    case_says(ev, "casefile.reopened")) {
		take_time(ev, "finish_by", &v->promise);
		v->handled_at = 0;
		v->outcome = (struct str){ NULL, 0 };
	}
	if (case_says(ev, "extension.granted") ||
	    case_says(ev, "suspension.ended"))
		take_time(ev, "promise", &v->promise);
	if (case_says(ev, "casefile.handled")) {
		v->handled_at = ev->at;
		take_str(ev, "unit", &v->handler);
	}
}

void
case_view_add(struct case_view *v, const struct case_event *ev)
{
	if (ev->env.division.n > 0)
		v->division = ev->env.division;
	if (ev->desc == NULL || ev->desc->kind != MSG_FACT)
		return;
	take_casefile(v, ev);
	take_thing(v, ev);
	if (str_starts(ev->env.type, STR("call.")))
		case_call_add(v, ev);
	case_bundle_add(v, ev);
}

bool
case_limit_runs(const struct case_limit *l)
{
	return str_is(l->state, "armed") || str_is(l->state, "paused");
}

/* The thing that L holds, or that its thing is a part of; or NULL. */
static const struct case_thing *
holder_of(const struct case_view *v, const struct case_limit *l)
{
	for (size_t i = 0; i < v->n_things; i++) {
		struct str id = v->things[i].id;

		if (str_starts(l->thing, id) &&
		    (l->thing.n == id.n || l->thing.p[id.n] == '/'))
			return &v->things[i];
	}
	return NULL;
}

bool
case_limit_awaited(const struct case_view *v, const struct case_limit *l)
{
	const struct case_thing *t = holder_of(v, l);

	if (case_limit_runs(l))
		return true;
	return str_is(l->state, "fired") && !str_is(l->kind, "window") &&
	       l->met_at == 0 && (t == NULL || !t->ended);
}

static void
put_apart(const char *what, int64_t ms, const char *behind, struct buf *out)
{
	buf_z(out, what);
	when_put_span(out, ms);
	buf_z(out, behind);
}

/* A limit that ran out: how late, where that is known. */
static void
put_missed(const struct case_limit *l, int64_t now, struct buf *out)
{
	if (l->met_at > 0)
		put_apart("missed by ", l->met_at - l->due_at, "", out);
	else
		put_apart("overdue ", now - l->due_at, "", out);
}

/* Last words about a thing whose work was not done but taken away. */
static const char *const drops[] = { "task.moved", "task.withdrawn",
	"call.cancelled" };

/* How the thing that the limit holds was taken away with it, or NULL. */
static const char *
dropped(const struct case_view *v, const struct case_limit *l)
{
	const struct case_thing *t = holder_of(v, l);

	for (size_t k = 0; t != NULL && k < ARRAY_LEN(drops); k++)
		if (l->met_at == t->at && strcmp(t->last->type, drops[k]) == 0)
			return drops[k];
	return NULL;
}

static void
put_ended(const struct case_view *v, const struct case_limit *l, int64_t now,
    struct buf *out)
{
	const char *drop = dropped(v, l);

	if (str_is(l->kind, "window"))
		buf_z(out, str_is(l->state, "fired") ? "closed" : "ended");
	else if (str_is(l->state, "fired") || l->met_at > l->due_at)
		put_missed(l, now, out);
	else if (drop != NULL)
		buf_printf(out, "dropped, %s", drop);
	else
		put_apart("met, ", l->due_at - l->met_at, " before", out);
}

void
case_put_limit(const struct case_view *v, const struct case_limit *l,
    int64_t now, struct buf *out)
{
	bool window = str_is(l->kind, "window");

	if (!case_limit_runs(l)) {
		put_ended(v, l, now, out);
		return;
	}
	if (str_is(l->state, "paused"))
		buf_printf(out, "paused (%.*s)", STR_ARG(l->paused_for));
	else if (l->due_at > now)
		put_apart(window ? "open, for " : "running, in ",
		    l->due_at - now, "", out);
	else /* it is about to fire */
		put_missed(l, now, out);
	if (l->provisional)
		buf_z(out, ", provisional");
}

int64_t
case_still_until(const struct case_view *v)
{
	int64_t until = 0;

	for (size_t i = 0; i < v->n_things; i++)
		if (v->things[i].books_until > until)
			until = v->things[i].books_until;
	return until;
}

void
case_put_promise(int64_t promise, int64_t still, int64_t now, struct buf *out)
{
	if (still == 0) {
		when_put_due(out, promise, now);
		return;
	}
	when_put(out, promise, now);
	buf_z(out, ", stands still: on the books until ");
	when_put(out, still, now);
}
