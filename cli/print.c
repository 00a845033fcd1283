#include "cli/print.h"

#include "cli/columns.h"
#include "cli/print_field.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdio.h>

#define WHEN_COLUMNS 8
#define TYPE_COLUMNS 23
#define CASEFILE_COLUMNS 17
#define PLACE_COLUMNS 18
/* What happened gets this much, however narrow the terminal is. */
#define WHAT_COLUMNS_MIN 30
#define PHRASE_MAX ((size_t)64 * 1024)
/* So much of what cannot be read is shown. */
#define EXCERPT_BYTES 16

static const char *const codes[] = {
	[COLOUR_NONE] = "\033[0m",
	[COLOUR_DIM] = "\033[2m",
	[COLOUR_RED] = "\033[31m",
	[COLOUR_GREEN] = "\033[32m",
	[COLOUR_YELLOW] = "\033[33m",
	[COLOUR_BLUE] = "\033[34m",
	[COLOUR_MAGENTA] = "\033[35m",
	[COLOUR_CYAN] = "\033[36m",
	[COLOUR_BOLD] = "\033[1m",
};

static const struct {
	const char *noun;
	enum print_colour colour;
} nouns[] = {
	{ "report", COLOUR_CYAN },
	{ "callback", COLOUR_CYAN },
	{ "casefile", COLOUR_GREEN },
	{ "task", COLOUR_BLUE },
	{ "return", COLOUR_BLUE },
	{ "call", COLOUR_MAGENTA },
	{ "card", COLOUR_YELLOW },
	{ "deadline", COLOUR_YELLOW },
	{ "command", COLOUR_RED },
	{ "penalty", COLOUR_RED },
	{ "review", COLOUR_RED },
	{ "jurisdiction", COLOUR_RED },
	{ "mediation", COLOUR_CYAN },
	{ "agreement", COLOUR_CYAN },
	{ "score", COLOUR_GREEN },
};

void
print_colour(const struct printer *p, enum print_colour c, struct buf *out)
{
	if (p->colour)
		buf_z(out, codes[c]);
}

static enum print_colour
colour_of(struct str type)
{
	struct str noun = str_cut(type, 0, str_find(type, '.'));

	for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
		if (str_is(noun, nouns[i].noun))
			return nouns[i].colour;
	return COLOUR_BOLD;
}

/* Sample packs write "县领导-0001 / Leader 0001": one of them will do. */
static struct str
first_name(struct str s)
{
	return str_cut(s, 0, str_search(s, STR(" / ")));
}

struct str
print_name(struct printer *p, enum msg_look look, struct str code, int64_t at)
{
	const struct registry *r = p->registry;
	const struct row_unit *unit;
	const struct row_officer *officer;
	const struct row_matter *matter;
	const struct row_power_item *item;

	if (r == NULL)
		return code;
	switch (look) {
	case LOOK_UNIT:
		unit = registry_unit(r, code, at);
		return unit != NULL ? unit->name_zh : code;
	case LOOK_OFFICER:
		officer = registry_officer(r, code, at);
		return officer != NULL ? first_name(officer->display_name)
				       : code;
	case LOOK_MATTER:
		matter = registry_matter(r, code, at);
		return matter != NULL ? matter->title_zh : code;
	case LOOK_ITEM:
		item = registry_item(r, code, at);
		return item != NULL ? item->title_zh : code;
	case LOOK_DIVISION:
		return registry_place(r, code, at, p->arena);
	case LOOK_TEXT:
	case LOOK_WORD:
	case LOOK_ENUM:
	case LOOK_HASH:
	case LOOK_CASEFILE:
	case LOOK_THING:
	case LOOK_LIMIT:
	case LOOK_NAME:
		break;
	}
	return code;
}

void
print_what(struct printer *p, const struct msg_desc *d, const void *msg,
    struct str subject, int64_t at, struct buf *out)
{
	struct buf one;
	bool any = false;

	buf_init(&one, PHRASE_MAX);
	for (size_t i = 0; i < d->n_fields; i++) {
		buf_reset(&one);
		if (print_is_seen(&d->fields[i], msg))
			print_field(p, &d->fields[i], msg, subject, at, &one);
		if (one.n == 0)
			continue;
		if (any)
			buf_z(out, ", ");
		buf_str(out, buf_get(&one));
		any = true;
	}
	buf_fini(&one);
}

static int64_t
limit_at(const struct msg_field *f, const void *msg)
{
	return *(const int64_t *)msg_at(f, msg);
}

static void
put_limit(const struct print_clock *c, const struct msg_field *f,
    const void *msg, int64_t at, struct buf *out)
{
	int64_t zone = print_zone(c);

	if (strcmp(f->name, "due_at") != 0) {
		print_label(out, f->name, "_by");
		buf_char(out, ' ');
	}
	when_put_due(out, limit_at(f, msg) + zone, at + zone);
}

/* The first and the last are enough for a line. */
void
print_limits(const struct print_clock *c, const struct msg_desc *d,
    const void *msg, int64_t at, struct buf *out)
{
	const struct msg_field *first = NULL, *last = NULL;

	if (d == &msg_deadline_lapsed_desc) { /* nobody is late */
		const struct msg_deadline_lapsed *m = msg;

		buf_z(out, "closed ");
		when_put(out, m->due_at + print_zone(c), at + print_zone(c));
		return;
	}
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];

		if (!print_is_limit(f) || msg_absent(f, msg))
			continue;
		if (first == NULL || limit_at(f, msg) < limit_at(first, msg))
			first = f;
		if (last == NULL || limit_at(f, msg) >= limit_at(last, msg))
			last = f;
	}
	if (first == NULL)
		return;
	put_limit(c, first, msg, at, out);
	if (last == first)
		return;
	buf_z(out, "; ");
	put_limit(c, last, msg, at, out);
}

/* Phrase and limits of ENV; what this version cannot read, as it is. */
static void
describe(struct printer *p, const struct msg_envelope *env, int64_t at,
    struct buf *what, struct buf *limits)
{
	const struct msg_desc *d = msg_find(env->type);
	void *msg;

	if (d == NULL) {
		buf_z(what, "not known to this version: ");
		wire_json(env->data, what);
		return;
	}
	msg = arena_alloc(p->arena, d->size);
	must(msg != NULL);
	if (msg_decode(d, env->data, MSG_LENIENT, msg, p->arena, NULL) !=
	    RC_OK) {
		buf_z(what, "not as this version reads it: ");
		wire_json(env->data, what);
		return;
	}
	print_what(p, d, msg, env->subject, at, what);
	print_limits(&p->clock, d, msg, at, limits);
}

static void
put_day(struct printer *p, int64_t at, struct buf *out)
{
	int64_t shown = at + print_zone(&p->clock);

	if (clock_day(shown) == p->day || p->clock.how != TIME_ABS)
		return;
	p->day = clock_day(shown);
	print_colour(p, COLOUR_BOLD, out);
	when_put_day(out, shown);
	print_colour(p, COLOUR_NONE, out);
	buf_char(out, '\n');
}

/* At least WIDTH columns; ids and types are never cut. */
static size_t
put_whole(struct buf *out, struct str text, size_t width)
{
	size_t n = columns_of(text);

	columns_put_cell(out, text, n > width ? n : width);
	return (n > width ? n : width) + 2;
}

/* Mark and time of the line; returns the columns that they take. */
static size_t
put_when(struct printer *p, int64_t at, struct buf *out)
{
	struct buf text;
	size_t n;

	if (p->late)
		buf_char(out, '~');
	if (p->clock.how == TIME_NONE)
		return p->late;
	buf_init(&text, 64);
	if (p->clock.how == TIME_ABS)
		when_put_time(&text, at + print_zone(&p->clock));
	else
		print_time(&p->clock, at, &text);
	n = text.n > WHEN_COLUMNS ? text.n : WHEN_COLUMNS;
	print_colour(p, COLOUR_DIM, out);
	columns_pad(out, n - text.n);
	buf_str(out, buf_get(&text));
	print_colour(p, COLOUR_NONE, out);
	buf_z(out, "  ");
	buf_fini(&text);
	return n + 2 + p->late;
}

/* Returns the columns that it takes. */
static size_t
put_head(struct printer *p, const struct msg_envelope *env, int64_t at,
    struct buf *out)
{
	const struct msg_desc *d = msg_find(env->type);
	size_t used = put_when(p, at, out);

	if (d != NULL && d->kind == MSG_COMMAND)
		print_colour(p, COLOUR_DIM, out);
	print_colour(p, colour_of(env->type), out);
	used += put_whole(out, env->type, TYPE_COLUMNS);
	print_colour(p, COLOUR_NONE, out);
	used += put_whole(out, env->subject, CASEFILE_COLUMNS);
	columns_put_cell(out, print_name(p, LOOK_DIVISION, env->division, at),
	    PLACE_COLUMNS);
	return used + PLACE_COLUMNS + 2;
}

/* Columns that the phrase may take in a line that is USED so far. */
static size_t
room_for(const struct printer *p, size_t used, size_t limits)
{
	size_t taken = used + (limits > 0 ? limits + 2 : 0);

	if (p->width == 0)
		return PHRASE_MAX;
	return taken + WHAT_COLUMNS_MIN < p->width ? p->width - taken
						   : WHAT_COLUMNS_MIN;
}

static void
put_limits(struct printer *p, struct str limits, struct buf *out)
{
	bool late = str_search(limits, STR("overdue")) < limits.n;

	print_colour(p, late ? COLOUR_RED : COLOUR_DIM, out);
	buf_str(out, limits);
	print_colour(p, COLOUR_NONE, out);
}

void
print_event(struct printer *p, const struct msg_envelope *env, int64_t at,
    struct buf *out)
{
	struct buf what, limits;
	size_t used;

	arena_reset(p->arena);
	buf_init(&what, (size_t)2 * PHRASE_MAX);
	buf_init(&limits, PHRASE_MAX);
	describe(p, env, at, &what, &limits);
	put_day(p, at, out);
	used = put_head(p, env, at, out);
	(void)columns_put(out, buf_get(&what),
	    room_for(p, used, columns_of(buf_get(&limits))));
	if (limits.n > 0) {
		buf_z(out, what.n > 0 ? ", " : "");
		put_limits(p, buf_get(&limits), out);
	}
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
	buf_char(out, '\n');
	buf_fini(&limits);
	buf_fini(&what);
}

void
print_unreadable(struct printer *p, int64_t seq, int64_t at, const char *why,
    struct str bytes, struct buf *out)
{
	struct buf what;
	size_t used;

	buf_init(&what, PHRASE_MAX);
	buf_printf(&what, "event %lld: %s; %zu byte%s:", (long long)seq, why,
	    bytes.n, bytes.n == 1 ? "" : "s");
	for (size_t i = 0; i < bytes.n && i < EXCERPT_BYTES; i++)
		buf_printf(&what, " %02x", (unsigned char)bytes.p[i]);
	if (bytes.n > EXCERPT_BYTES)
		buf_z(&what, " ...");
	put_day(p, at, out);
	used = put_when(p, at, out);
	print_colour(p, COLOUR_RED, out);
	used += put_whole(out, STR("(unreadable)"), TYPE_COLUMNS);
	(void)columns_put(out, buf_get(&what), room_for(p, used, 0));
	print_colour(p, COLOUR_NONE, out);
	buf_char(out, '\n');
	buf_fini(&what);
}
