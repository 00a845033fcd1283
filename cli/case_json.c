/* A casefile for machines: one object a line, "kind" says which. */
#include "cli/case.h"

#include "common/msg/wire.h"

static void
begin(struct buf *out, const char *kind)
{
	buf_printf(out, "{\"kind\":\"%s\"", kind);
}

static void
put_str(struct buf *out, const char *key, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(value, out);
}

static void
put_time(struct buf *out, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	if (at > 0)
		put_str(out, key, str_of(clock_format(at, text)));
}

static void
put_strs(struct buf *out, const char *key, struct strs list)
{
	for (size_t i = 0; i < list.n; i++) {
		if (i == 0)
			buf_printf(out, ",\"%s\":[", key);
		wire_json_str(list.p[i], out);
		buf_char(out, i + 1 < list.n ? ',' : ']');
	}
}

static void
end(struct buf *out)
{
	buf_z(out, "}\n");
}

static void
put_head(const struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	begin(out, "casefile");
	put_str(out, "number", v->number);
	put_str(out, "state", str_of(v->state));
	put_time(out, "state_at", v->state_at);
	put_str(out, "matter", v->matter);
	put_str(out, "division", v->division);
	put_str(out, "place", v->place);
	put_str(out, "channel", v->channel);
	put_str(out, "tier", v->tier);
	put_str(out, "outcome", v->outcome);
	put_str(out, "handler", v->handler);
	put_str(out, "merged_into", v->into);
	put_str(out, "visit", v->visit);
	put_strs(out, "beside", v->beside);
	put_time(out, "received_at", v->received_at);
	put_time(out, "promise", v->promise);
	put_time(out, "promise_still_until", case_still_until(v));
	put_time(out, "handled_at", v->handled_at);
	put_time(out, "now", c->now);
	end(out);
}

static void
put_limit(
    const struct case_file *c, const struct case_limit *l, struct buf *out)
{
	struct buf words;

	buf_init(&words, 1024);
	case_put_limit(&c->view, l, c->now, &words);
	begin(out, "limit");
	put_str(out, "service", l->service);
	put_str(out, "thing", l->thing);
	put_str(out, "name", l->name);
	put_str(out, "unit", l->unit);
	put_str(out, "type", l->kind);
	put_str(out, "state", l->state);
	put_str(out, "rule", l->rule);
	put_time(out, "armed_at", l->armed_at);
	put_time(out, "due_at", l->due_at);
	put_time(out, "met_at", l->met_at);
	put_time(out, "paused_at", l->paused_at);
	buf_printf(
	    out, ",\"provisional\":%s", l->provisional ? "true" : "false");
	put_str(out, "words", buf_get(&words));
	end(out);
	buf_fini(&words);
}

static void
put_call(const struct case_call *call, struct buf *out)
{
	begin(out, "call");
	put_str(out, "call", call->id);
	put_str(out, "class", call->class);
	put_str(out, "unit", call->unit);
	put_str(out, "partner", call->partner);
	put_time(out, "raised_at", call->raised_at);
	put_str(out, "reason", call->reason);
	end(out);
}

static void
put_attendance(const struct case_attendance *a, struct buf *out)
{
	begin(out, "attendance");
	put_str(out, "call", a->call);
	put_str(out, "unit", a->unit);
	put_str(out, "role", a->role);
	put_str(out, "officer", a->officer);
	put_time(out, "asked_at", a->asked_at);
	put_time(out, "report_in_by", a->report_in_by);
	put_time(out, "signed_at", a->signed_at);
	put_time(out, "reported_in_at", a->here_at);
	put_time(out, "refused_at", a->refused_at);
	put_time(out, "missed_at", a->missed_at);
	buf_printf(out, ",\"late\":%s,\"away\":%s,\"lost\":%lld",
	    a->late ? "true" : "false", a->away ? "true" : "false",
	    (long long)a->lost);
	put_str(out, "let_go", str_of(a->let_go != NULL ? a->let_go : ""));
	if (a->score != CASE_NO_SCORE)
		buf_printf(out, ",\"score\":%lld", (long long)a->score);
	buf_printf(out, ",\"ungraded\":%s", a->ungraded ? "true" : "false");
	end(out);
}

static void
put_thing(const struct case_thing *t, struct buf *out)
{
	begin(out, "thing");
	put_str(out, "id", t->id);
	put_str(out, "unit", t->unit);
	put_str(out, "last", str_of(t->last->type));
	put_time(out, "at", t->at);
	put_str(out, "rung", t->rung);
	put_time(out, "on_the_books_until", t->books_until);
	buf_printf(out, ",\"ended\":%s", t->ended ? "true" : "false");
	end(out);
}

static void
put_bundle(const struct case_bundle *b, struct buf *out)
{
	begin(out, "bundle");
	put_str(out, "id", b->id);
	put_str(out, "template", b->template);
	put_str(out, "unit", b->unit);
	put_str(out, "state", str_of(b->state));
	put_time(out, "finish_by", b->finish_by);
	put_time(out, "forecast", b->forecast);
	end(out);
}

static void
put_step(const struct case_step *step, struct buf *out)
{
	begin(out, "step");
	put_str(out, "id", step->id);
	put_str(out, "unit", step->unit);
	put_str(out, "task", step->task);
	put_str(out, "state", str_of(step->state));
	put_time(out, "at", step->at);
	put_time(out, "due", step->due);
	end(out);
}

void
case_print_json(struct case_file *c, struct buf *out)
{
	const struct case_view *v = &c->view;

	put_head(c, out);
	for (size_t i = 0; i < c->n_events; i++) {
		begin(out, "event");
		buf_z(out, ",\"event\":");
		envelope_json(
		    &c->events[i].env, c->events[i].seq, c->events[i].at, out);
		end(out);
	}
	for (size_t i = 0; i < c->n_limits; i++)
		put_limit(c, &c->limits[i], out);
	for (size_t i = 0; i < v->n_calls; i++)
		put_call(&v->calls[i], out);
	for (size_t i = 0; i < v->n_attendances; i++)
		put_attendance(&v->attendances[i], out);
	for (size_t i = 0; i < v->n_bundles; i++)
		put_bundle(&v->bundles[i], out);
	for (size_t i = 0; i < v->n_steps; i++)
		put_step(&v->steps[i], out);
	for (size_t i = 0; i < v->n_things; i++)
		put_thing(&v->things[i], out);
}
