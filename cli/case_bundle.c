/* One thing in a casefile: its steps as a tree, with owner, state and due. */
#include "cli/case.h"

#include "cli/columns.h"
#include "cli/when.h"

#define CODE_COLUMNS 7
#define TITLE_COLUMNS 30
#define OWNER_COLUMNS 26
#define STATE_COLUMNS 12

static struct str
text(const struct case_event *ev, const char *name)
{
	const struct str *v = case_value(ev, name, WIRE_str);

	return v != NULL ? *v : (struct str){ NULL, 0 };
}

static int64_t
moment(const struct case_event *ev, const char *name)
{
	const int64_t *v = case_value(ev, name, WIRE_time);

	return v != NULL ? *v : 0;
}

static struct case_bundle *
bundle_of(struct case_view *v, const struct case_event *ev)
{
	struct str id = text(ev, "bundle");

	for (size_t i = 0; i < v->n_bundles; i++)
		if (str_eq(v->bundles[i].id, id))
			return &v->bundles[i];
	if (!case_says(ev, "bundle.started") ||
	    v->n_bundles == CASE_BUNDLES_MAX)
		return NULL;
	v->bundles[v->n_bundles] = (struct case_bundle){ .id = id };
	return &v->bundles[v->n_bundles++];
}

static struct case_step *
step_of(struct case_view *v, const struct case_event *ev)
{
	struct str id = text(ev, "step");

	for (size_t i = 0; i < v->n_steps; i++)
		if (str_eq(v->steps[i].id, id))
			return &v->steps[i];
	if (!case_says(ev, "step.opened") || v->n_steps == CASE_STEPS_MAX)
		return NULL;
	v->steps[v->n_steps] = (struct case_step){ .id = id };
	return &v->steps[v->n_steps++];
}

static bool
is_of(const struct case_step *step, const struct case_bundle *b)
{
	return str_starts(step->id, b->id) && step->id.n > b->id.n &&
	       step->id.p[b->id.n] == '/';
}

/* What the facts call the state, where it is not their own word. */
static const struct {
	const char *type;
	const char *state;
} words[] = {
	{ "bundle.started", "decomposing" },
	{ "bundle.decomposed", "running" },
	{ "bundle.reopened", "running" },
	{ "bundle.integrating", "integrating" },
	{ "bundle.integrated", "integrated" },
	{ "bundle.completed", "completed" },
	{ "bundle.stopped", "stopped" },
	{ "step.opened", "waiting" },
	{ "step.readied", "working" },
	{ "step.papers_asked", "papers" },
	{ "step.supplied", "working" },
	{ "step.stalled", "stalled" },
	{ "step.done", "done" },
	{ "step.skipped", "skipped" },
	{ "step.reopened", "waiting" },
};

static const char *
word_of(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(type, words[i].type))
			return words[i].state;
	return NULL;
}

static void
take_bundle(struct case_view *v, const struct case_event *ev)
{
	struct case_bundle *b = bundle_of(v, ev);

	if (b == NULL)
		return;
	if (word_of(ev->env.type) != NULL) {
		b->state = word_of(ev->env.type);
		b->at = ev->at;
	}
	if (case_says(ev, "bundle.started")) {
		b->template = text(ev, "template");
		b->unit = text(ev, "unit");
		b->started_at = ev->at;
		b->finish_by = moment(ev, "finish_by");
		if (b->finish_by > v->promise)
			v->promise = b->finish_by;
	}
	if (case_says(ev, "bundle.lagged"))
		b->forecast = moment(ev, "forecast");
	for (size_t i = 0; case_says(ev, "bundle.stopped") && i < v->n_steps;
	     i++)
		if (is_of(&v->steps[i], b) &&
		    strcmp(v->steps[i].state, "done") != 0 &&
		    strcmp(v->steps[i].state, "skipped") != 0)
			v->steps[i].state = "stopped";
}

static void
take_step(struct case_view *v, const struct case_event *ev)
{
	struct case_step *step = step_of(v, ev);
	const struct strs *after;

	if (step == NULL || case_says(ev, "step.recorded"))
		return;
	if (word_of(ev->env.type) != NULL) {
		step->state = word_of(ev->env.type);
		step->at = ev->at;
	}
	if (!case_says(ev, "step.stalled"))
		step->unit = text(ev, "unit");
	step->due = moment(ev, case_says(ev, "step.papers_asked") ? "papers_by"
			       : case_says(ev, "step.stalled")    ? "decide_by"
							       : "finish_by");
	step->task =
	    case_says(ev, "step.readied") ? text(ev, "task") : step->task;
	if (case_says(ev, "step.papers_asked"))
		step->asked = case_value(ev, "papers", WIRE_strs);
	after = case_value(ev, "after", WIRE_strs);
	if (after != NULL)
		step->after = *after;
}

/* The step's work went to another unit, and with it the step. */
static void
take_task(struct case_view *v, const struct case_event *ev)
{
	struct case_step *step = step_of(v, ev);

	if (step == NULL)
		return;
	step->unit = text(ev, "unit");
	step->task = text(ev, "task");
	step->due = moment(ev, "finish_by");
}

void
case_bundle_add(struct case_view *v, const struct case_event *ev)
{
	if (str_starts(ev->env.type, STR("bundle.")))
		take_bundle(v, ev);
	else if (str_starts(ev->env.type, STR("step.")))
		take_step(v, ev);
	else if (case_says(ev, "task.assigned") && text(ev, "step").n > 0)
		take_task(v, ev);
}

/* Without a registry the code stands for itself. */
static struct str
title_of(struct case_file *c, const struct case_bundle *b, struct str code)
{
	const struct registry *r = c->printer.registry;
	const struct row_bundle_step *t =
	    r != NULL ? registry_step(r, code, b->started_at) : NULL;

	return t != NULL ? t->title_zh : (struct str){ NULL, 0 };
}

static void
put_step(struct case_file *c, const struct case_bundle *b,
    const struct case_step *step, bool last, struct buf *out)
{
	struct str code = str_cut(step->id, b->id.n + 1, step->id.n);

	buf_printf(out, "      %s ", last ? "└" : "├");
	columns_put_cell(out, code, CODE_COLUMNS);
	columns_put_cell(out, title_of(c, b, code), TITLE_COLUMNS);
	columns_put_cell(out,
	    print_name(&c->printer, LOOK_UNIT, step->unit, c->now),
	    OWNER_COLUMNS);
	columns_put_cell(out, str_of(step->state), STATE_COLUMNS);
	if (strcmp(step->state, "waiting") == 0) {
		for (size_t i = 0; i < step->after.n; i++)
			buf_printf(out, "%s%.*s", i > 0 ? ", " : "after ",
			    STR_ARG(step->after.p[i]));
	} else if (step->due > 0) {
		when_put_due(out, step->due, c->now);
	} else {
		when_put(out, step->at, c->now);
	}
	/* What people must bring before it can go on. */
	for (size_t i = 0;
	     strcmp(step->state, "papers") == 0 && i < step->asked->n; i++)
		buf_printf(out, "%s%.*s", i > 0 ? "、" : "; asks for ",
		    STR_ARG(step->asked->p[i]));
	buf_char(out, '\n');
}

/* "3 of 12 steps, " */
static void
put_progress(
    const struct case_view *v, const struct case_bundle *b, struct buf *out)
{
	size_t ended = 0, n = 0;

	for (size_t i = 0; i < v->n_steps; i++) {
		const char *state = v->steps[i].state;

		if (!is_of(&v->steps[i], b))
			continue;
		n++;
		ended += strcmp(state, "done") == 0 ||
			 strcmp(state, "skipped") == 0 ||
			 strcmp(state, "stopped") == 0;
	}
	if (n > 0)
		buf_printf(out, "%zu of %zu steps, ", ended, n);
}

static void
put_head(struct case_file *c, const struct case_bundle *b, struct buf *out)
{
	const struct registry *r = c->printer.registry;
	const struct row_template *t =
	    r != NULL ? registry_bundle(r, b->template, b->started_at) : NULL;
	struct str id = str_cut(b->id, c->view.number.n + 1, b->id.n);
	struct str lead = print_name(&c->printer, LOOK_UNIT, b->unit, c->now);

	buf_z(out, "  ");
	columns_put_cell(out, id, 4);
	if (t != NULL)
		buf_printf(out, "%.*s ", STR_ARG(t->title_zh));
	buf_printf(out, "(%.*s), led by %.*s, %s, ", STR_ARG(b->template),
	    STR_ARG(lead), b->state);
	put_progress(&c->view, b, out);
	if (strcmp(b->state, "decomposing") == 0 ||
	    strcmp(b->state, "running") == 0 ||
	    strcmp(b->state, "integrating") == 0)
		when_put_due(out, b->finish_by, c->now);
	else
		when_put(out, b->at, c->now);
	if (b->forecast > 0) {
		buf_z(out, "; lags, forecast ");
		when_put(out, b->forecast, c->now);
	}
	buf_char(out, '\n');
}

void
case_put_bundles(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	if (v->n_bundles == 0)
		return;
	buf_char(out, '\n');
	print_colour(&c->printer, COLOUR_BOLD, out);
	buf_z(out, "one thing");
	print_colour(&c->printer, COLOUR_NONE, out);
	buf_char(out, '\n');
	for (size_t i = 0; i < v->n_bundles; i++) {
		const struct case_bundle *b = &v->bundles[i];
		const struct case_step *last = NULL;

		put_head(c, b, out);
		for (size_t k = 0; k < v->n_steps; k++)
			if (is_of(&v->steps[k], b))
				last = &v->steps[k];
		for (size_t k = 0; k < v->n_steps; k++)
			if (is_of(&v->steps[k], b))
				put_step(c, b, &v->steps[k],
				    &v->steps[k] == last, out);
	}
}
