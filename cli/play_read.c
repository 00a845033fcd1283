/* The written day and the desk's script, into memory. */
#include "cli/play.h"

#include "common/base/file.h"
#include "common/msg/wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum rc
read_file(const char *dir, const char *name, struct buf *out, struct err *e)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	TRY(file_read(path, out->max, out, e));
	return out->failed ? err_set(e, RC_FATAL, "%s is too long", path)
			   : RC_OK;
}

/* A text member, borrowed from V; empty for null or absent. */
static struct str
text(const json_t *v, const char *key)
{
	const json_t *m = json_object_get(v, key);

	return json_is_string(m)
		   ? (struct str){ json_string_value(m), json_string_length(m) }
		   : (struct str){ NULL, 0 };
}

static double
real(const json_t *v, const char *key)
{
	return json_number_value(json_object_get(v, key));
}

/* Who left a number is a citizen; else it follows from the channel. */
static struct str
reporter_of(struct str channel, bool has_phone)
{
	if (has_phone && !str_is(channel, "sensor"))
		return STR("citizen");
	return (struct str){ NULL, 0 };
}

static size_t
attachments_of(const json_t *v, struct msg_attachment *out, size_t max)
{
	const json_t *list = json_object_get(v, "attachments");
	size_t i, n = 0;
	json_t *a;

	json_array_foreach(list, i, a)
	{
		if (n < max)
			out[n++] = (struct msg_attachment){
				str_is(text(a, "kind"), "doc")
				    ? STR("document")
				    : text(a, "kind"),
				text(a, "sha256")
			};
	}
	return n;
}

static struct str
encoded(struct play *p, const struct msg_desc *d, const void *msg)
{
	struct buf b;
	struct str s;

	buf_init(&b, (size_t)1 << 20);
	msg_encode(d, msg, &b);
	must(!b.failed);
	s = arena_str(p->arena, buf_get(&b));
	buf_fini(&b);
	return s;
}

static bool
set_times(const json_t *v, struct written *w, struct msg_report_submit *m)
{
	struct str occurred = text(v, "occurred");

	return clock_parse(text(v, "time"), &w->at) &&
	       (occurred.n == 0 || clock_parse(occurred, &m->occurred_at));
}

/* Input only: "expect" is a judgement to compare with, and not read. */
static enum rc
take_report(struct play *p, const json_t *v, struct written *w, struct err *e)
{
	const json_t *who = json_object_get(v, "reporter");
	struct msg_attachment files[32];
	struct msg_sealed_report plain = { .name = text(who, "name"),
		.phone = text(who, "phone"),
		.id_number = text(who, "id_number"),
		.text = text(v, "text_zh") };
	struct msg_report_submit m = { .channel = text(v, "channel"),
		.place = text(v, "place_zh"),
		.lat = real(v, "lat"),
		.lon = real(v, "lon"),
		.attachments = { files, attachments_of(v, files, 32) } };
	struct msg_envelope env = { .specversion = STR("1.0"),
		.id = text(v, "id"),
		.source = text(v, "source"),
		.type = STR("report.submit"),
		.division = text(v, "division") };

	if (!set_times(v, w, &m))
		return err_set(
		    e, RC_REJECT, "day.jsonl: a time of %.*s", STR_ARG(env.id));
	m.reporter = reporter_of(m.channel, plain.phone.n > 0);
	env.time = w->at;
	env.data = encoded(p, &msg_report_submit_desc, &m);
	w->id = arena_str(p->arena, env.id);
	w->division = arena_str(p->arena, env.division);
	w->envelope = encoded(p, &msg_envelope_desc, &env);
	w->sealed = encoded(p, &msg_sealed_report_desc, &plain);
	return RC_OK;
}

static int
by_time(const void *a, const void *b)
{
	const struct written *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return str_cmp(x->id, y->id);
}

static enum rc
read_day(struct play *p, const char *dir, struct err *e)
{
	struct str rest, line;
	json_error_t why;
	struct buf all;
	enum rc rc;

	buf_init(&all, (size_t)64 << 20);
	rc = read_file(dir, "day.jsonl", &all, e);
	rest = buf_get(&all);
	p->reports =
	    arena_alloc(p->arena, (all.n / 64 + 1) * sizeof(*p->reports));
	must(p->reports != NULL);
	while (rc == RC_OK && str_next(&rest, '\n', &line)) {
		json_t *v;

		if (line.n == 0)
			continue;
		v = json_loadb(line.p, line.n, 0, &why);
		rc = v == NULL
			 ? err_set(e, RC_REJECT, "day.jsonl: %s", why.text)
			 : take_report(p, v, &p->reports[p->n_reports++], e);
		json_decref(v);
	}
	buf_fini(&all);
	qsort(p->reports, p->n_reports, sizeof(*p->reports), by_time);
	return rc;
}

/* Columns of crew.csv, in their order. */
enum {
	COL_REPORT,
	COL_DECISION,
	COL_MATTER,
	COL_KIND,
	COL_WAY,
	COL_CALL,
	COL_MAIN,
	COL_ASSIST,
	COL_PATH,
	COL_NOTE,
	COLS
};

static struct script
script_of(struct play *p, const struct str *cell)
{
	struct str rest = cell[COL_ASSIST], one;
	struct str *v = arena_alloc(p->arena, 8 * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	while (rest.n > 0 && n < 8 && str_next(&rest, '|', &one))
		v[n++] = arena_str(p->arena, one);
	return (struct script){
		.report = arena_str(p->arena, cell[COL_REPORT]),
		.accept = str_is(cell[COL_DECISION], "accept"),
		.matter = arena_str(p->arena, cell[COL_MATTER]),
		.refuse_kind = arena_str(p->arena, cell[COL_KIND]),
		.way = arena_str(p->arena, cell[COL_WAY]),
		.need_call = str_is(cell[COL_CALL], "yes"),
		.main_unit = arena_str(p->arena, cell[COL_MAIN]),
		.assisting = { v, n },
		.path = arena_str(p->arena, cell[COL_PATH]),
	};
}

static void
count_fault(void *ctx, struct csv_place place, const char *what)
{
	(void)place;
	(void)what;
	++*(size_t *)ctx;
}

static enum rc
read_crew(struct play *p, const char *dir, struct err *e)
{
	struct str cell[COLS];
	size_t faults = 0;
	struct csv_row row;
	struct csv csv;
	struct buf all;
	enum rc rc;

	buf_init(&all, (size_t)16 << 20);
	rc = read_file(dir, "crew.csv", &all, e);
	p->scripts =
	    arena_alloc(p->arena, (p->n_reports + 1) * sizeof(*p->scripts));
	must(p->scripts != NULL);
	csv_open(&csv, buf_get(&all), p->arena, count_fault, &faults);
	if (rc == RC_OK && (!csv_next(&csv, &row) || row.n != COLS))
		rc = err_set(e, RC_REJECT, "crew.csv: not its header");
	while (rc == RC_OK && csv_next(&csv, &row) &&
	       p->n_scripts <= p->n_reports) {
		for (size_t i = 0; i < COLS; i++)
			cell[i] = row.cells[i].text;
		p->scripts[p->n_scripts++] = script_of(p, cell);
	}
	buf_fini(&all);
	if (rc == RC_OK && faults > 0)
		rc = err_set(e, RC_REJECT, "crew.csv: %zu faults", faults);
	return rc;
}

enum rc
play_read(struct play *p, const char *dir, struct err *e)
{
	TRY(read_day(p, dir, e));
	TRY(read_crew(p, dir, e));
	for (size_t i = 0; i < p->n_reports; i++)
		for (size_t k = 0; k < p->n_scripts; k++)
			if (str_eq(p->reports[i].id, p->scripts[k].report))
				p->reports[i].script = &p->scripts[k];
	return RC_OK;
}
