#include "cli/top.h"

#include "cli/columns.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define NAME_COLUMNS 30
#define THING_COLUMNS 26
#define LINE_ROOM ((size_t)64 * 1024)

const char *const top_sorts[5] = { "overdue", "due", "work", "calls", "name" };

static int
more_first(int64_t a, int64_t b)
{
	return (a < b) - (a > b);
}

/* No limit at all comes last. */
static int
sooner_first(int64_t a, int64_t b)
{
	int64_t x = a > 0 ? a : INT64_MAX, y = b > 0 ? b : INT64_MAX;

	return (x > y) - (x < y);
}

static int
compare(const struct top_unit *a, const struct top_unit *b, enum top_sort sort)
{
	int c = 0;

	switch (sort) {
	case TOP_BY_OVERDUE:
		c = more_first(a->overdue, b->overdue);
		break;
	case TOP_BY_DUE:
		break;
	case TOP_BY_WORK:
		c = more_first(a->open, b->open);
		break;
	case TOP_BY_CALLS:
		c = more_first(a->calls, b->calls);
		break;
	case TOP_BY_NAME:
		return str_cmp(a->name, b->name);
	}
	return c != 0 ? c : sooner_first(a->next, b->next);
}

void
top_order(struct top_data *d, enum top_sort sort, bool reverse)
{
	/* They come nearly sorted, and there are few. */
	for (size_t i = 1; i < d->n_units; i++)
		for (size_t k = i; k > 0; k--) {
			int c = compare(&d->units[k], &d->units[k - 1], sort);
			struct top_unit kept = d->units[k];

			if (reverse)
				c = -c;
			if (c == 0)
				c = str_cmp(
				    d->units[k].code, d->units[k - 1].code);
			if (c >= 0)
				break;
			d->units[k] = d->units[k - 1];
			d->units[k - 1] = kept;
		}
}

void
top_share(size_t lines, const size_t want[3], size_t got[3])
{
	bool gave = true;

	got[0] = got[1] = got[2] = 0;
	while (lines > 0 && gave) {
		gave = false;
		for (size_t i = 0; i < 3 && lines > 0; i++)
			if (got[i] < want[i]) {
				got[i]++;
				lines--;
				gave = true;
			}
	}
}

/* What is being drawn. */
struct page {
	const struct top_data *d;
	const struct top_view *v;
	const char *line_end;
	struct buf *out;
	struct buf line;
};

static void
end_line(struct page *p, enum print_colour colour)
{
	const struct printer printer = { .colour = p->v->colour };
	struct str line;

	while (p->line.n > 0 && p->line.p[p->line.n - 1] == ' ')
		p->line.n--;
	line = buf_get(&p->line);
	if (colour != COLOUR_NONE)
		print_colour(&printer, colour, p->out);
	if (line.n > 0)
		(void)columns_put(
		    p->out, line, p->v->width > 0 ? p->v->width : SIZE_MAX / 4);
	if (colour != COLOUR_NONE)
		print_colour(&printer, COLOUR_NONE, p->out);
	buf_z(p->out, p->line_end);
	buf_reset(&p->line);
}

static void
put_number(struct buf *out, int64_t n, const char *none)
{
	if (n == 0)
		buf_printf(out, "%7s", none);
	else
		buf_printf(out, "%7lld", (long long)n);
}

/* "in 28m", "3h late" */
static void
put_left(struct buf *out, int64_t due, int64_t now)
{
	if (due == 0)
		return;
	if (due > now) {
		buf_z(out, "in ");
		when_put_span(out, due - now);
	} else {
		when_put_span(out, now - due);
		buf_z(out, " late");
	}
}

static void
draw_head(struct page *p)
{
	const struct top_data *d = p->d;
	bool well = d->running >= 6 && d->parked == 0;

	when_put_day(&p->line, d->now);
	buf_char(&p->line, ' ');
	when_put_time(&p->line, d->now);
	buf_printf(&p->line, "%s   journal %lld", d->sandbox ? " sandbox" : "",
	    (long long)d->head);
	if (d->per_minute >= 0)
		buf_printf(
		    &p->line, ", %lld a minute", (long long)d->per_minute);
	buf_printf(&p->line, "   %lld of 6 run, %lld behind, %lld parked%s",
	    (long long)d->running, (long long)d->lag, (long long)d->parked,
	    p->v->stopped ? "   STOPPED" : "");
	end_line(p, well ? COLOUR_BOLD : COLOUR_RED);
}

static const char *
mark(const struct page *p, enum top_sort sort)
{
	if (p->v->sort != sort)
		return "";
	return p->v->reverse ? "^" : "*";
}

static void
number_head(struct page *p, const char *word, const char *sorted)
{
	buf_printf(&p->line, "%*s%s%s",
	    7 - (int)strlen(word) - (int)strlen(sorted), "", sorted, word);
}

static void
draw_units(struct page *p, size_t rows)
{
	static const char *const cards[] = { "", "red", "orange", "yellow",
		"blue" };
	const struct top_data *d = p->d;

	end_line(p, COLOUR_NONE);
	buf_printf(&p->line, "%sUNIT (%zu)", mark(p, TOP_BY_NAME), d->n_units);
	columns_pad(&p->line, NAME_COLUMNS + 2 - columns_of(buf_get(&p->line)));
	number_head(p, "WORK", mark(p, TOP_BY_WORK));
	number_head(p, "SOON", "");
	number_head(p, "LATE", mark(p, TOP_BY_OVERDUE));
	number_head(p, "CALLS", mark(p, TOP_BY_CALLS));
	number_head(p, "THERE", "");
	buf_printf(&p->line, "  CARD    %sNEXT LIMIT", mark(p, TOP_BY_DUE));
	end_line(p, COLOUR_BOLD);
	for (size_t i = 0; i < rows && i < d->n_units; i++) {
		const struct top_unit *u = &d->units[i];

		columns_put_cell(&p->line, u->name, NAME_COLUMNS);
		put_number(&p->line, u->open, "-");
		put_number(&p->line, u->soon, "-");
		put_number(&p->line, u->overdue, "-");
		put_number(&p->line, u->calls, "-");
		put_number(&p->line, u->here, "-");
		buf_printf(&p->line, "  %-6s  ",
		    u->card >= 0 && u->card < 5 ? cards[u->card] : "?");
		put_left(&p->line, u->next, d->now);
		end_line(p, u->overdue > 0 ? COLOUR_RED
			    : u->soon > 0  ? COLOUR_YELLOW
					   : COLOUR_NONE);
	}
}

static void
draw_calls(struct page *p, size_t rows)
{
	const struct top_data *d = p->d;

	end_line(p, COLOUR_NONE);
	buf_printf(&p->line, "CALL (%zu)", d->n_calls);
	columns_pad(
	    &p->line, THING_COLUMNS + 2 - columns_of(buf_get(&p->line)));
	buf_z(&p->line, "CLASS      STATE      THERE  BY            ");
	columns_put_cell(&p->line, STR("CALLED BY"), NAME_COLUMNS);
	buf_z(&p->line, "LED BY");
	end_line(p, COLOUR_BOLD);
	for (size_t i = 0; i < rows && i < d->n_calls; i++) {
		const struct top_call *c = &d->calls[i];
		bool late = c->by > 0 && c->by <= d->now;
		struct buf left;

		buf_init(&left, 256);
		put_left(&left, c->by, d->now);
		columns_put_cell(&p->line, c->id, THING_COLUMNS);
		columns_put_cell(&p->line, c->class, 9);
		columns_put_cell(&p->line, c->state, 9);
		buf_printf(&p->line, "%2lld/%-2lld  ", (long long)c->here,
		    (long long)c->asked);
		columns_put_cell(&p->line, buf_get(&left), 12);
		columns_put_cell(&p->line, c->room, NAME_COLUMNS);
		(void)columns_put(&p->line, c->main, NAME_COLUMNS);
		buf_fini(&left);
		end_line(p, late ? COLOUR_RED : COLOUR_NONE);
	}
}

static void
draw_limits(struct page *p, size_t rows)
{
	const struct top_data *d = p->d;

	end_line(p, COLOUR_NONE);
	columns_put_cell(&p->line, STR("LIMIT OF"), THING_COLUMNS);
	columns_put_cell(&p->line, STR("NAME"), 14);
	columns_put_cell(&p->line, STR("UNTIL"), 12);
	columns_put_cell(&p->line, STR("LEFT"), 12);
	buf_z(&p->line, "UNIT");
	end_line(p, COLOUR_BOLD);
	for (size_t i = 0; i < rows && i < d->n_limits; i++) {
		const struct top_limit *l = &d->limits[i];
		struct buf cell;

		buf_init(&cell, 256);
		columns_put_cell(&p->line, l->thing, THING_COLUMNS);
		columns_put_cell(&p->line, l->name, 14);
		when_put(&cell, l->due, d->now);
		columns_put_cell(&p->line, buf_get(&cell), 12);
		buf_reset(&cell);
		put_left(&cell, l->due, d->now);
		columns_put_cell(&p->line, buf_get(&cell), 12);
		(void)columns_put(&p->line, l->unit, NAME_COLUMNS);
		buf_fini(&cell);
		end_line(p, l->over ? COLOUR_RED : COLOUR_NONE);
	}
}

static bool
is_shown(const struct top_view *v, enum top_part part)
{
	return v->part == TOP_ALL || v->part == part;
}

void
top_draw(const struct top_data *d, const struct top_view *v,
    const char *line_end, struct buf *out)
{
	struct page p = { d, v, line_end, out, { .n = 0 } };
	static void (*const draw[])(
	    struct page *, size_t) = { draw_units, draw_calls, draw_limits };
	const size_t have[] = { d->n_units, d->n_calls, d->n_limits };
	size_t want[3] = { 0 }, got[3], lines = 3 * v->rows;

	buf_init(&p.line, LINE_ROOM);
	if (v->height > 0) {
		/* The head, the keys, and two lines above each part. */
		size_t taken = 2 + (v->part == TOP_ALL ? 6 : 2);

		lines = v->height > taken ? v->height - taken : 0;
	}
	for (size_t i = 0; i < 3; i++)
		if (is_shown(v, (enum top_part)(TOP_UNITS + i)))
			want[i] = v->height == 0 && have[i] > v->rows ? v->rows
								      : have[i];
	top_share(lines, want, got);
	draw_head(&p);
	for (size_t i = 0; i < 3; i++)
		if (is_shown(v, (enum top_part)(TOP_UNITS + i)))
			draw[i](&p, got[i]);
	buf_fini(&p.line);
}

static void
json_str(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(value.p != NULL ? value : STR(""), out);
}

static void
json_time(struct buf *out, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	if (at > 0)
		json_str(out, key, str_of(clock_format(at, text)));
}

static void
json_unit(const struct top_unit *u, struct buf *out)
{
	buf_printf(out,
	    "{\"kind\":\"unit\",\"work\":%lld,\"soon\":%lld,\"overdue\":%lld,"
	    "\"calls\":%lld,\"there\":%lld,\"card\":%lld",
	    (long long)u->open, (long long)u->soon, (long long)u->overdue,
	    (long long)u->calls, (long long)u->here, (long long)u->card);
	json_str(out, "unit", u->code);
	json_str(out, "name", u->name);
	json_time(out, "next", u->next);
	buf_z(out, "}\n");
}

void
top_json(const struct top_data *d, struct buf *out)
{
	buf_printf(out,
	    "{\"kind\":\"system\",\"head\":%lld,\"running\":%lld,"
	    "\"lag_events\":%lld,\"parked\":%lld,\"sandbox\":%s",
	    (long long)d->head, (long long)d->running, (long long)d->lag,
	    (long long)d->parked, d->sandbox ? "true" : "false");
	json_time(out, "now", d->now);
	buf_z(out, "}\n");
	for (size_t i = 0; i < d->n_units; i++)
		json_unit(&d->units[i], out);
	for (size_t i = 0; i < d->n_calls; i++) {
		const struct top_call *c = &d->calls[i];

		buf_printf(out,
		    "{\"kind\":\"call\",\"asked\":%lld,\"there\":%lld",
		    (long long)c->asked, (long long)c->here);
		json_str(out, "call", c->id);
		json_str(out, "class", c->class);
		json_str(out, "state", c->state);
		json_str(out, "room", c->room);
		json_str(out, "main", c->main);
		json_time(out, "raised_at", c->raised_at);
		json_time(out, "by", c->by);
		buf_z(out, "}\n");
	}
	for (size_t i = 0; i < d->n_limits; i++) {
		const struct top_limit *l = &d->limits[i];

		buf_printf(out, "{\"kind\":\"limit\",\"overdue\":%s",
		    l->over ? "true" : "false");
		json_str(out, "thing", l->thing);
		json_str(out, "name", l->name);
		json_str(out, "unit", l->unit);
		json_time(out, "due_at", l->due);
		buf_z(out, "}\n");
	}
}
