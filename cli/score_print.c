/* huying score show: how it looks. */
#include "cli/score_show.h"

#include "common/msg/wire.h"

#include <stdio.h>

#define LINE_BYTES_MAX ((size_t)64 * 1024)

static void
print_head(const struct show *s)
{
	const struct row_score_scheme *w = s->period.scheme;
	char from[CLOCK_TEXT], last[CLOCK_TEXT], at[CLOCK_TEXT];

	printf("period   %.*s: %.10s to %.10s\n", STR_ARG(s->period.name),
	    clock_format(s->period.from, from),
	    clock_format(s->period.to - 1, last));
	printf("scheme   %.*s: response %lld, resolution %lld, satisfaction "
	       "%lld; \"basically\" counts %lld/1000\n",
	    STR_ARG(w->title_zh), (long long)w->response,
	    (long long)w->resolution, (long long)w->satisfaction,
	    (long long)w->basic_permille);
	if (s->newest == NULL)
		printf("scores   not published\n");
	else
		printf("scores   revision %lld, %s, published %.16s\n",
		    (long long)s->newest->revision,
		    s->newest->interim ? "before the end of the period"
				       : "of the whole period",
		    clock_format(s->newest->at, at));
}

static void
print_unit(const struct show_line *l)
{
	printf("  %.*s%s%.*s\n", STR_ARG(l->count.unit),
	    l->name.n > 0 ? "  " : "", STR_ARG(l->name));
}

/* 9348 -> "93.48", right in WIDTH. */
static void
print_rate(int width, int64_t bp)
{
	printf("%*lld.%02lld", width - 3, (long long)bp / 100,
	    (long long)bp % 100);
}

static void
print_score(const struct show_line *l)
{
	const struct row_score *r = &l->score;

	if (r->revision == 0) {
		printf(
		    "%5s %7s %10s %12s %14s %6s", "-", "-", "-", "-", "-", "-");
		print_unit(l);
		return;
	}
	printf("%5lld %5lld.%lld", (long long)r->rank,
	    (long long)r->composite_tenths / 10,
	    (long long)r->composite_tenths % 10);
	print_rate(11, r->response_bp);
	print_rate(13, r->resolution_bp);
	print_rate(15, r->satisfaction_bp);
	printf(" %6lld", (long long)r->valid);
	print_unit(l);
}

static void
print_kind(const struct show *s, size_t i)
{
	const struct show_line *l = &s->lines[i];

	if (i == 0 || !str_eq(l->kind, s->lines[i - 1].kind))
		printf("%.*s\n",
		    STR_ARG(l->kind.n > 0 ? l->kind : STR("unknown")));
}

static void
print_scores(const struct show *s)
{
	if (s->newest == NULL)
		return;
	printf("\n%5s %7s %10s %12s %14s %6s  unit\n", "place", "score",
	    "response %", "resolution %", "satisfaction %", "valid");
	for (size_t i = 0; i < s->n; i++) {
		print_kind(s, i);
		print_score(&s->lines[i]);
	}
}

/* Columns of the second table: a heading, and what stands below it. */
static const struct {
	const char *head;
	const char *field;
} columns[] = {
	{ "closed", "casefiles" },
	{ "late", "late" },
	{ "reopened", "reopened" },
	{ "answers", "valid" },
	{ "tasks", "tasks" },
	{ "returned", "returns_agreed" },
	{ "called", "calls_asked" },
	{ "in time", "calls_in_time" },
	{ "too late", "calls_late" },
	{ "missed", "calls_missed" },
	{ "refused", "calls_refused" },
	{ "blue", "cards_blue" },
	{ "yellow", "cards_yellow" },
	{ "red", "cards_red" },
};

static int64_t
value(const struct row_count *c, const char *name)
{
	const struct msg_field *f = msg_field(&row_count_desc, str_of(name));

	must(f != NULL && f->type == WIRE_i64);
	return *(const int64_t *)msg_at(f, c);
}

static void
print_counts(const struct show *s)
{
	printf("\ncounted so far\n");
	for (size_t k = 0; k < ARRAY_LEN(columns); k++)
		printf("%*s", k == 0 ? 6 : 9, columns[k].head);
	printf("  unit\n");
	for (size_t i = 0; i < s->n; i++) {
		print_kind(s, i);
		for (size_t k = 0; k < ARRAY_LEN(columns); k++)
			printf("%*lld", k == 0 ? 6 : 9,
			    (long long)value(
				&s->lines[i].count, columns[k].field));
		print_unit(&s->lines[i]);
	}
}

/* Everything counted of one unit, each with what it is. */
static void
print_everything(const struct show_line *l)
{
	printf("\ncounted so far\n");
	for (size_t i = 0; i < row_count_desc.n_fields; i++) {
		const struct msg_field *f = &row_count_desc.fields[i];

		if (f->type == WIRE_i64)
			printf("%8lld  %-18s%s\n",
			    (long long)value(&l->count, f->name), f->name,
			    f->doc);
	}
}

void
show_text(const struct show *s)
{
	print_head(s);
	print_scores(s);
	if (s->args->unit != NULL && s->n == 1)
		print_everything(&s->lines[0]);
	else
		print_counts(s);
}

static void
print_json(const struct show *s, const struct show_line *l)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT];
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_BYTES_MAX);
	buf_printf(&b, "{\"period\":\"%.*s\",\"from\":\"%s\",\"to\":\"%s\"",
	    STR_ARG(s->period.name), clock_format(s->period.from, from),
	    clock_format(s->period.to, to));
	buf_z(&b, ",\"unit\":");
	wire_json_str(l->count.unit, &b);
	buf_z(&b, ",\"name\":");
	wire_json_str(l->name, &b);
	buf_z(&b, ",\"kind\":");
	wire_json_str(l->kind, &b);
	buf_z(&b, ",\"counts\":");
	msg_json(&row_count_desc, &l->count, &b);
	buf_z(&b, ",\"score\":");
	if (l->score.revision > 0)
		msg_json(&row_score_desc, &l->score, &b);
	else
		buf_z(&b, "null");
	buf_char(&b, '}');
	printf("%.*s\n", STR_ARG(buf_get(&b)));
}

void
show_json(const struct show *s)
{
	for (size_t i = 0; i < s->n; i++)
		print_json(s, &s->lines[i]);
}
