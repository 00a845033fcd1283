/* The head of a casefile: what, where, how it stands, with whom, until when. */
#include "cli/case.h"

#include "cli/columns.h"
#include "cli/when.h"

static struct str
name(struct case_file *c, enum msg_look look, struct str code)
{
	return print_name(&c->printer, look, code, c->now);
}

static void
label(const char *text, struct buf *out)
{
	buf_printf(out, "  %-9s ", text);
}

static void
put_place(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;
	struct str place = name(c, LOOK_DIVISION, v->division);

	label("place", out);
	buf_printf(out, "%.*s", STR_ARG(place));
	if (!str_eq(place, v->division))
		buf_printf(out, " (%.*s)", STR_ARG(v->division));
	if (v->place.n > 0) {
		buf_z(out, ", ");
		(void)columns_put(out, v->place, 60);
	}
	buf_char(out, '\n');
}

static void
put_state(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	label("state", out);
	print_colour(&c->printer, COLOUR_GREEN, out);
	buf_z(out, v->state != NULL ? v->state : "not known");
	print_colour(&c->printer, COLOUR_NONE, out);
	if (v->outcome.n > 0)
		buf_printf(out, ", %.*s", STR_ARG(v->outcome));
	if (v->into.n > 0)
		buf_printf(out, " into %.*s", STR_ARG(v->into));
	if (v->state_at > 0) {
		buf_z(out, ", since ");
		when_put(out, v->state_at, c->now);
	}
	buf_char(out, '\n');
}

/* It is work that is open: a card, a quarrel or a look back is none. */
static bool
is_work(const struct case_thing *t)
{
	static const char *const others[] = { "card.", "dispute.", "visit." };
	bool other = t->ended || t->unit.n == 0;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		other = other ||
			str_starts(str_of(t->last->type), str_of(others[i]));
	return !other;
}

/* Nor is a unit told twice. */
static bool
is_told(const struct case_view *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_work(&v->things[i]) &&
		    str_eq(v->things[i].unit, v->things[n].unit))
			return true;
	return false;
}

/* Whoever has open work; else who handled it. */
static void
put_holders(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;
	size_t n = 0;

	for (size_t i = 0; i < v->n_things; i++) {
		const struct case_thing *t = &v->things[i];

		if (!is_work(t) || is_told(v, i))
			continue;
		if (n++ == 0)
			label("with", out);
		else
			buf_z(out, "、");
		buf_str(out, name(c, LOOK_UNIT, t->unit));
	}
	if (n == 0 && v->handler.n > 0) {
		label("handled", out);
		buf_printf(
		    out, "by %.*s", STR_ARG(name(c, LOOK_UNIT, v->handler)));
		n++;
	}
	buf_z(out, n > 0 ? "\n" : "");
}

static void
put_promise(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;
	int64_t done = v->handled_at;

	if (v->promise == 0)
		return;
	label("promise", out);
	if (done == 0) {
		case_put_promise(v->promise, case_still_until(v), c->now, out);
	} else {
		when_put(out, v->promise, c->now);
		buf_z(out, done <= v->promise ? ", kept, " : ", broken by ");
		when_put_span(out,
		    done <= v->promise ? v->promise - done : done - v->promise);
		buf_z(out, done <= v->promise ? " before" : "");
	}
	buf_char(out, '\n');
}

/* One visit, many requests (一人上门、集中受理、分头领办). */
static void
put_visit(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	if (v->visit.n == 0)
		return;
	label("visit", out);
	buf_str(out, v->visit);
	for (size_t i = 0; i < v->beside.n; i++)
		buf_printf(out, "%s%.*s", i == 0 ? ", with " : "、",
		    STR_ARG(v->beside.p[i]));
	buf_char(out, '\n');
}

void
case_put_head(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	print_colour(&c->printer, COLOUR_BOLD, out);
	buf_str(out, v->number);
	if (v->matter.n > 0) {
		struct str matter = name(c, LOOK_MATTER, v->matter);

		buf_printf(out, "  %.*s", STR_ARG(matter));
		if (!str_eq(matter, v->matter))
			buf_printf(out, " (%.*s)", STR_ARG(v->matter));
	}
	print_colour(&c->printer, COLOUR_NONE, out);
	buf_char(out, '\n');
	put_place(c, out);
	put_state(c, out);
	put_holders(c, out);
	if (v->received_at > 0) {
		label("came in", out);
		when_put(out, v->received_at, c->now);
		buf_printf(out, ", by %.*s\n", STR_ARG(v->channel));
	}
	put_visit(c, out);
	put_promise(c, out);
}
