#include "tests/sim/draft.h"

#include "common/base/id.h"

#include <stdio.h>

struct template
{
	const char *type;
	const char *fields;
};

static const struct template templates[] = {
#define COMMAND(type, fields) { type, fields },
#include "tests/sim/commands.def"
};

static const struct template alone[] = {
#define ALONE(type, fields) { type, fields },
#include "tests/sim/commands.def"
};

uint64_t
draft_throw(struct draft *d, uint64_t n)
{
	return dice_below(&d->w->body, n);
}

struct str
draft_one_of(struct draft *d, struct str text)
{
	struct str rest = text, piece = { text.p, 0 };
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '~';
	for (n = 1 + draft_throw(d, n); n > 0; n--) {
		size_t end = str_find(rest, '~');

		piece = str_cut(rest, 0, end);
		rest = str_cut(rest, end < rest.n ? end + 1 : end, rest.n);
	}
	return piece;
}

static struct str
of_list(struct draft *d, struct strs list)
{
	struct str all = { "", 0 };

	for (size_t i = 0; i < list.n; i++)
		all = arena_printf(d->arena, "%.*s%s%.*s", STR_ARG(all),
		    i > 0 ? "|" : "", STR_ARG(list.p[i]));
	return all;
}

/* What the row of the thing has in column NAME, as text. */
static struct str
of_row(struct draft *d, struct str name)
{
	int c = d->table != NULL ? table_column(d->table, name) : -1;
	struct str cell;

	if (c < 0 || d->row->cell[c].p == NULL)
		return (struct str){ "", 0 };
	cell = d->row->cell[c];
	if (d->table->columns[c].type == CELL_I64)
		return arena_printf(
		    d->arena, "%lld", (long long)cell_i64(cell));
	must(d->table->columns[c].type == CELL_TEXT);
	return arena_str(d->arena, cell);
}

/* What the pack says of a step in column NAME; ids end with its code. */
static struct str
of_step(struct draft *d, struct str name)
{
	struct str id = d->table != NULL ? d->row->cell[0] : STR("");
	const struct row_bundle_step *step;
	const struct msg_field *f;
	size_t at = id.n;

	while (at > 0 && id.p[at - 1] != '/')
		at--;
	step = registry_step(
	    world_registry(), str_cut(id, at, id.n), d->w->store.now_us / 1000);
	f = msg_field(&row_bundle_step_desc, name);
	must(f != NULL);
	if (step == NULL)
		return (struct str){ "", 0 };
	if (f->type == WIRE_str)
		return *(const struct str *)msg_at(f, step);
	return of_list(d, *(const struct strs *)msg_at(f, step));
}

static struct str
some_hash(struct draft *d)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];
	uint64_t n = draft_throw(d, 1000);

	id_hash((struct str){ (const char *)&n, sizeof(n) }, hash);
	return arena_str(d->arena, str_of(id_hex(hash, hex)));
}

void
draft_set(struct draft *d, const char *name, struct str value)
{
	const struct msg_field *f = msg_field(d->desc, str_of(name));
	struct err e;

	must(f != NULL);
	if (value.n > 0 &&
	    msg_set_text(f, d->msg, value, d->arena, &e) != RC_OK) {
		(void)fprintf(
		    stderr, "%s.%s: %s\n", d->desc->type, name, e.text);
		never("a template that its field does not take");
	}
}

/* In so many hours, or the day so many days ago. */
static struct str
of_clock(struct draft *d, char sign, struct str number)
{
	int64_t now = d->w->store.now_us / 1000, n;
	char text[CLOCK_TEXT];

	must(str_i64(number, &n));
	(void)clock_format(
	    sign == '+' ? now / 1000 * 1000 + n * HOUR_MS : now - n * DAY_MS,
	    text);
	return arena_str(
	    d->arena, sign == '+' ? str_of(text) : (struct str){ text, 10 });
}

static struct str
value_of(struct draft *d, struct str text)
{
	struct str value = draft_one_of(d, text);
	struct str rest = str_cut(value, value.n > 0, value.n);

	switch (value.n > 0 ? value.p[0] : ' ') {
	case '@':
		return of_row(d, rest);
	case '%':
		return of_step(d, rest);
	case '+':
	case '^':
		return of_clock(d, value.p[0], rest);
	case '#':
		return some_hash(d);
	default:
		return value;
	}
}

void
draft_fill(struct draft *d, struct str rest)
{
	struct str one;

	while (rest.n > 0 && str_next(&rest, ';', &one)) {
		size_t eq;
		char name[32];

		while (one.n > 0 && one.p[0] == ' ')
			one = str_cut(one, 1, one.n);
		eq = str_find(one, '=');
		must(eq < one.n && eq < sizeof(name));
		memcpy(name, one.p, eq);
		name[eq] = '\0';
		draft_set(d, name, value_of(d, str_cut(one, eq + 1, one.n)));
	}
}

static const char *
fields_of(struct draft *d, const char *type)
{
	const char *found[4];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(templates); i++)
		if (strcmp(templates[i].type, type) == 0) {
			must(n < ARRAY_LEN(found));
			found[n++] = templates[i].fields;
		}
	must(n > 0);
	return found[draft_throw(d, n)];
}

void
draft_begin(struct draft *d, const struct msg_desc *desc)
{
	must(desc != NULL);
	d->desc = desc;
	d->msg = arena_alloc(d->arena, desc->size);
	must(d->msg != NULL);
}

/* The number that an id begins with. */
static struct str
casefile_of(struct str id)
{
	return str_cut(id, 0, str_find(id, '/'));
}

void
draft_about(struct draft *d, const struct msg_desc *desc, struct str id)
{
	draft_begin(d, desc);
	draft_fill(d, str_of(fields_of(d, desc->type)));
	draft_set(d, desc->fields[0].name, id);
	d->subject = casefile_of(id);
}

void
draft_alone(struct draft *d)
{
	const struct template *t = &alone[draft_throw(d, ARRAY_LEN(alone))];

	draft_begin(d, msg_find(str_of(t->type)));
	d->division = STR("330122");
	draft_fill(d, str_of(t->fields));
}

const struct msg_desc *
draft_any_type(struct draft *d)
{
	size_t n = draft_throw(d, ARRAY_LEN(templates));
	const struct msg_desc *desc = msg_find(str_of(templates[n].type));

	must(desc != NULL);
	return desc;
}
