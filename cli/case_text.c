/* A casefile for a person: timeline, limits, calls, what is open. */
#include "cli/case.h"

#include "cli/columns.h"
#include "cli/print_field.h"
#include "cli/when.h"

#include <stdio.h>

#define SOURCE_COLUMNS 12
#define TYPE_COLUMNS 23
#define UNIT_COLUMNS 26
#define THING_COLUMNS 4
#define LIMIT_COLUMNS 10
#define RULE_COLUMNS 18

static struct str
name(struct case_file *c, enum msg_look look, struct str code)
{
	return print_name(&c->printer, look, code, c->now);
}

/* A call's limits belong to <call>/<unit>; the unit has its own column. */
static struct str
thing_of_limit(const struct case_file *c, const struct case_limit *l)
{
	struct str id = print_short_id(l->thing, c->view.number);

	return str_cut(id, 0, str_find(id, '/'));
}

static void
title(struct case_file *c, const char *text, struct buf *out)
{
	buf_char(out, '\n');
	print_colour(&c->printer, COLOUR_BOLD, out);
	buf_z(out, text);
	print_colour(&c->printer, COLOUR_NONE, out);
	buf_char(out, '\n');
}

static void
put_what(struct case_file *c, const struct case_event *ev, struct buf *out)
{
	size_t before;

	if (ev->desc == NULL) {
		buf_z(out, "not known to this version");
		return;
	}
	before = out->n;
	print_what(&c->printer, ev->desc, ev->msg, c->view.number, ev->at, out);
	if (out->n > before)
		buf_z(out, ", ");
	before = out->n;
	print_limits(&c->printer.clock, ev->desc, ev->msg, ev->at, out);
	if (out->n == before && out->p[out->n - 1] == ' ')
		out->n -= 2;
}

static void
put_event(struct case_file *c, const struct case_event *ev, struct buf *out)
{
	bool command = ev->desc != NULL && ev->desc->kind == MSG_COMMAND;

	buf_z(out, "  ");
	when_put_time(out, ev->at);
	buf_z(out, "  ");
	columns_put_cell(
	    out, str_cut(ev->env.source, 1, ev->env.source.n), SOURCE_COLUMNS);
	print_colour(&c->printer, command ? COLOUR_DIM : COLOUR_NONE, out);
	columns_put_cell(out, ev->env.type, TYPE_COLUMNS);
	put_what(c, ev, out);
	print_colour(&c->printer, COLOUR_NONE, out);
	while (out->p[out->n - 1] == ' ')
		out->n--;
	buf_char(out, '\n');
}

static void
put_events(struct case_file *c, struct buf *out)
{
	int64_t day = 0;

	title(c, "what happened", out);
	for (size_t i = 0; i < c->n_events; i++) {
		const struct case_event *ev = &c->events[i];

		if (i == 0 || clock_day(ev->at) != day) {
			buf_z(out, "  ");
			when_put_day(out, ev->at);
			buf_char(out, '\n');
		}
		day = clock_day(ev->at);
		put_event(c, ev, out);
	}
}

static void
put_limit(struct case_file *c, const struct case_limit *l, struct buf *out)
{
	struct buf state;
	bool late;

	buf_init(&state, 1024);
	case_put_limit(&c->view, l, c->now, &state);
	late = str_starts(buf_get(&state), STR("overdue")) ||
	       str_starts(buf_get(&state), STR("missed"));
	buf_z(out, "  ");
	columns_put_cell(out, thing_of_limit(c, l), THING_COLUMNS);
	columns_put_cell(out, l->name, LIMIT_COLUMNS);
	columns_put_cell(out, name(c, LOOK_UNIT, l->unit), UNIT_COLUMNS);
	columns_put_cell(out, l->rule, RULE_COLUMNS);
	when_put(out, l->due_at, c->now);
	buf_z(out, "  ");
	print_colour(&c->printer, late ? COLOUR_RED : COLOUR_NONE, out);
	buf_str(out, buf_get(&state));
	print_colour(&c->printer, COLOUR_NONE, out);
	buf_char(out, '\n');
	buf_fini(&state);
}

static void
put_limits(struct case_file *c, struct buf *out)
{
	if (c->n_limits == 0)
		return;
	title(c, "limits", out);
	for (size_t i = 0; i < c->n_limits; i++)
		put_limit(c, &c->limits[i], out);
}

static void
put_open(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;
	size_t n = 0;

	title(c, "open now", out);
	for (size_t i = 0; i < v->n_things; i++) {
		const struct case_thing *t = &v->things[i];

		if (t->ended)
			continue;
		n++;
		buf_z(out, "  ");
		columns_put_cell(
		    out, print_short_id(t->id, c->view.number), THING_COLUMNS);
		columns_put_cell(
		    out, name(c, LOOK_UNIT, t->unit), UNIT_COLUMNS);
		buf_printf(out, "%s, ", t->last->type);
		when_put(out, t->at, c->now);
		if (t->rung.n > 0)
			buf_printf(out, ", before the %.*s", STR_ARG(t->rung));
		if (t->books_until > 0) {
			buf_z(out, ", on the books until ");
			when_put(out, t->books_until, c->now);
		}
		buf_char(out, '\n');
	}
	if (v->cut)
		buf_printf(out,
		    "  only the first %d things are told here; of a campaign: "
		    "huying campaign %.*s\n",
		    CASE_THINGS_MAX, STR_ARG(v->number));
	else if (n == 0)
		buf_z(out, "  nothing\n");
}

static void
put_next(struct case_file *c, struct buf *out)
{
	size_t n = 0;

	title(c, "expected next", out);
	/* They come sorted by when they end. */
	for (size_t i = 0; i < c->n_limits; i++) {
		const struct case_limit *l = &c->limits[i];

		if (!case_limit_awaited(&c->view, l))
			continue;
		n++;
		buf_z(out, "  ");
		columns_put_cell(out, thing_of_limit(c, l), THING_COLUMNS);
		columns_put_cell(out, l->name, LIMIT_COLUMNS);
		columns_put_cell(
		    out, name(c, LOOK_UNIT, l->unit), UNIT_COLUMNS);
		if (l->paused_at > 0)
			case_put_limit(&c->view, l, c->now, out);
		else
			when_put_due(out, l->due_at, c->now);
		buf_char(out, '\n');
	}
	if (n == 0)
		buf_z(out, "  nothing: no limit runs\n");
}

void
case_print_text(struct case_file *c, struct buf *out)
{
	case_put_head(c, out);
	put_events(c, out);
	put_limits(c, out);
	if (c->view.n_calls > 0)
		title(c, "calls", out);
	case_put_calls(c, out);
	case_put_bundles(c, out);
	put_open(c, out);
	put_next(c, out);
}
