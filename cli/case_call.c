/* Calls in a casefile: who was asked, came, was lost, and how it was judged. */
#include "cli/case.h"

#include "cli/columns.h"
#include "cli/when.h"

#define UNIT_COLUMNS 26

static struct str
text(const struct case_event *ev, const char *name)
{
	const struct str *v = case_value(ev, name, WIRE_str);

	return v != NULL ? *v : (struct str){ NULL, 0 };
}

static int64_t
number(const struct case_event *ev, const char *name, enum wire_type type)
{
	const int64_t *v = case_value(ev, name, type);

	return v != NULL ? *v : 0;
}

static bool
yes(const struct case_event *ev, const char *name)
{
	const bool *v = case_value(ev, name, WIRE_bool);

	return v != NULL && *v;
}

static struct case_attendance *
seat(struct case_view *v, struct str call, struct str unit)
{
	for (size_t i = 0; i < v->n_attendances; i++)
		if (str_eq(v->attendances[i].call, call) &&
		    str_eq(v->attendances[i].unit, unit))
			return &v->attendances[i];
	return NULL;
}

/* Who was let go may be asked again: then all begins anew. */
static void
ask(struct case_view *v, const struct case_event *ev)
{
	struct str call = text(ev, "call"), unit = text(ev, "unit");
	struct case_attendance *a = seat(v, call, unit);

	if (a == NULL) {
		if (v->n_attendances == CASE_ATTENDANCES_MAX)
			return;
		a = &v->attendances[v->n_attendances++];
	}
	*a = (struct case_attendance){ .call = call,
		.unit = unit,
		.role = text(ev, "role"),
		.asked_at = ev->at,
		.report_in_by = number(ev, "report_in_by", WIRE_time),
		.score = CASE_NO_SCORE };
}

static void
come(struct case_attendance *a, const struct case_event *ev)
{
	a->here_at = ev->at;
	a->officer = text(ev, "officer");
	a->late = yes(ev, "late");
	a->away = false;
}

static void
lose(struct case_attendance *a, const struct case_event *ev)
{
	a->lost++;
	a->away = true;
	a->report_in_by = number(ev, "report_in_by", WIRE_time);
}

static void
take_attendance(struct case_attendance *a, const struct case_event *ev)
{
	if (case_says(ev, "call.signed"))
		a->signed_at = ev->at;
	else if (case_says(ev, "call.unit_refused"))
		a->refused_at = ev->at;
	else if (case_says(ev, "call.unit_missed"))
		a->missed_at = ev->at;
	else if (case_says(ev, "call.unit_excused"))
		a->let_go = "excused";
	else if (case_says(ev, "call.unit_freed"))
		a->let_go = "freed";
	else if (case_says(ev, "call.unit_urged"))
		a->report_in_by = number(ev, "report_in_by", WIRE_time);
	else if (case_says(ev, "call.reported_in"))
		come(a, ev);
	else if (case_says(ev, "call.relieved"))
		a->officer = text(ev, "officer");
	else if (case_says(ev, "call.presence_lost"))
		lose(a, ev);
	else if (case_says(ev, "call.presence_confirmed"))
		a->away = false;
	else if (case_says(ev, "call.graded"))
		a->score = number(ev, "score", WIRE_i64);
	else if (case_says(ev, "call.unit_ungraded"))
		a->ungraded = true;
}

static void
change_lead(struct case_view *v, const struct case_event *ev)
{
	struct str call = text(ev, "call");
	struct case_attendance *was = seat(v, call, text(ev, "was"));
	struct case_attendance *now = seat(v, call, text(ev, "main"));

	if (was != NULL)
		was->role = STR("assisting");
	if (now != NULL)
		now->role = STR("main");
}

static struct case_call *
call_of(struct case_view *v, const struct case_event *ev)
{
	struct str id = text(ev, "call");

	for (size_t i = 0; i < v->n_calls; i++)
		if (str_eq(v->calls[i].id, id))
			return &v->calls[i];
	return NULL;
}

static void
go_out(struct case_view *v, const struct case_event *ev)
{
	if (v->n_calls < CASE_CALLS_MAX)
		v->calls[v->n_calls++] =
		    (struct case_call){ .id = text(ev, "call"),
			    .class = text(ev, "class"),
			    .unit = text(ev, "unit"),
			    .partner = text(ev, "partner"),
			    .reason = text(ev, "reason"),
			    .raised_at = ev->at };
}

void
case_call_add(struct case_view *v, const struct case_event *ev)
{
	struct case_call *call = call_of(v, ev);
	struct case_attendance *a;

	if (case_says(ev, "call.raised"))
		go_out(v, ev);
	else if (case_says(ev, "call.unit_asked"))
		ask(v, ev);
	else if (case_says(ev, "call.designated"))
		change_lead(v, ev);
	else if ((a = seat(v, text(ev, "call"), text(ev, "unit"))) != NULL)
		take_attendance(a, ev);
	if (call != NULL &&
	    (case_says(ev, "call.released") || case_says(ev, "call.cancelled")))
		call->over = true;
}

static struct str
name(struct case_file *c, enum msg_look look, struct str code)
{
	return print_name(&c->printer, look, code, c->now);
}

/* ", there 09:25 after 23m, 王样例, lost 1x" */
static void
put_presence(struct case_file *c, const struct case_attendance *a, bool over,
    struct buf *out)
{
	if (a->here_at > 0) {
		buf_z(out, ", there ");
		when_put(out, a->here_at, c->now);
		buf_z(out, " after ");
		when_put_span(out, a->here_at - a->asked_at);
		if (a->late && a->here_at > a->report_in_by) {
			buf_z(out, ", late by ");
			when_put_span(out, a->here_at - a->report_in_by);
		} else if (a->late)
			buf_z(out, ", late");
		buf_printf(
		    out, ", %.*s", STR_ARG(name(c, LOOK_OFFICER, a->officer)));
	}
	if (a->lost > 0)
		buf_printf(out, ", lost %lldx", (long long)a->lost);
	if (a->let_go != NULL)
		buf_printf(out, ", %s", a->let_go);
	else if (a->missed_at > 0)
		buf_z(out, ", never came");
	else if (!over && (a->here_at == 0 || a->away)) {
		buf_z(out, ", not there; ");
		when_put_due(out, a->report_in_by, c->now);
	}
}

/* "asked 09:02, signed after 3m, there 09:25 after 23m, 王样例, grade 95" */
static void
put_attendance(struct case_file *c, const struct case_attendance *a, bool over,
    struct buf *out)
{
	buf_z(out, "      ");
	columns_put_cell(out, name(c, LOOK_UNIT, a->unit), UNIT_COLUMNS);
	columns_put_cell(out, a->role, 9);
	buf_z(out, "asked ");
	when_put(out, a->asked_at, c->now);
	if (a->signed_at > 0) {
		buf_z(out, ", signed after ");
		when_put_span(out, a->signed_at - a->asked_at);
	}
	if (a->refused_at > 0)
		buf_z(out, ", refused");
	put_presence(c, a, over, out);
	if (a->score != CASE_NO_SCORE)
		buf_printf(out, ", grade %lld", (long long)a->score);
	else if (a->ungraded)
		buf_z(out, ", no grade");
	buf_char(out, '\n');
}

void
case_put_calls(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	for (size_t i = 0; i < v->n_calls; i++) {
		const struct case_call *call = &v->calls[i];

		buf_z(out, "  ");
		columns_put_cell(out, print_short_id(call->id, v->number), 2);
		buf_printf(out, "%.*s, raised ", STR_ARG(call->class));
		when_put(out, call->raised_at, c->now);
		buf_printf(
		    out, " by %.*s", STR_ARG(name(c, LOOK_UNIT, call->unit)));
		if (call->partner.n > 0)
			buf_printf(out, " with %.*s",
			    STR_ARG(name(c, LOOK_UNIT, call->partner)));
		buf_z(out, ", \"");
		(void)columns_put(out, call->reason, 48);
		buf_z(out, "\"\n");
		for (size_t k = 0; k < v->n_attendances; k++)
			if (str_eq(v->attendances[k].call, call->id))
				put_attendance(
				    c, &v->attendances[k], call->over, out);
	}
}
