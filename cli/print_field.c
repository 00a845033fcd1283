/* What one field of a message says to a person. */
#include "cli/print_field.h"

#include "cli/columns.h"
#include "cli/when.h"

#include <stdio.h>

#define TEXT_COLUMNS 48
#define NAME_COLUMNS 30
#define FEN_OF_YUAN 100

static const char *const unseen[] = { "token", "lat", "lon", "cycle" };

/* Fields whose value speaks for itself. */
static const char *const plain[] = { "unit", "officer", "matter", "channel",
	"class", "kind", "role", "colour", "tier", "level", "place", "text",
	"summary", "reason", "result", "note", "missing", "outcome" };

static bool
is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && strcmp(name + n - e, end) == 0;
}

bool
print_is_limit(const struct msg_field *f)
{
	return f->type == WIRE_time &&
	       (ends_with(f->name, "_by") || strcmp(f->name, "due_at") == 0);
}

/* "report_in_by" -> "report in" */
void
print_label(struct buf *out, const char *name, const char *without)
{
	size_t n =
	    strlen(name) - (ends_with(name, without) ? strlen(without) : 0);

	for (size_t i = 0; i < n; i++)
		buf_char(out, name[i] == '_' ? ' ' : name[i]);
}

struct str
print_short_id(struct str id, struct str subject)
{
	if (subject.n == 0 || !str_starts(id, subject))
		return id;
	if (id.n == subject.n)
		return (struct str){ NULL, 0 };
	return id.p[subject.n] == '/' ? str_cut(id, subject.n + 1, id.n) : id;
}

static struct str
value_of(struct printer *p, const struct msg_field *f, struct str s,
    struct str subject, int64_t at)
{
	if (f->format.look == LOOK_THING || f->format.look == LOOK_CASEFILE)
		return print_short_id(s, subject);
	return print_name(p, f->format.look, s, at);
}

static void
put_value(const struct msg_field *f, struct str s, struct buf *out)
{
	bool words = f->format.look == LOOK_TEXT || f->format.look == LOOK_NAME;

	if (words)
		buf_char(out, '"');
	(void)columns_put(out, s, words ? TEXT_COLUMNS : NAME_COLUMNS);
	if (words)
		buf_char(out, '"');
}

static void
put_str(struct printer *p, const struct msg_field *f, struct str s,
    struct str subject, int64_t at, struct buf *out)
{
	struct str v = value_of(p, f, s, subject, at);

	if (v.n == 0)
		return;
	/* The thing that the message is about stands first, unnamed. */
	if (f->format.look != LOOK_THING &&
	    !is_among(f->name, plain, ARRAY_LEN(plain))) {
		print_label(out, f->name, "");
		buf_char(out, ' ');
	}
	put_value(f, v, out);
}

static void
put_strs(struct printer *p, const struct msg_field *f, const struct strs *l,
    struct str subject, int64_t at, struct buf *out)
{
	print_label(out, f->name, "");
	buf_char(out, ' ');
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			buf_z(out, "、");
		put_value(f, value_of(p, f, l->p[i], subject, at), out);
	}
}

/* Units are part of the name: basis points, tenths, fen. */
static void
put_number(const struct msg_field *f, int64_t v, struct buf *out)
{
	const char *unit = ends_with(f->name, "_bp")       ? "_bp"
			   : ends_with(f->name, "_tenths") ? "_tenths"
			   : ends_with(f->name, "_fen")    ? "_fen"
							   : "";

	print_label(out, f->name, unit);
	if (unit[0] == '\0')
		buf_printf(out, " %lld", (long long)v);
	else if (strcmp(unit, "_bp") == 0)
		buf_printf(out, " %.2f%%", (double)v / 100);
	else if (strcmp(unit, "_tenths") == 0)
		buf_printf(out, " %.1f", (double)v / 10);
	else
		buf_printf(out, " %.2f yuan", (double)v / FEN_OF_YUAN);
}

bool
print_is_seen(const struct msg_field *f, const void *msg)
{
	/* Which version of the pack a thing keeps is for machines. */
	bool version =
	    f->format.look == LOOK_NAME && strcmp(f->name, "pack") == 0;

	if ((f->format.look == LOOK_HASH && f->type == WIRE_str) || version)
		return false;
	if (is_among(f->name, unseen, ARRAY_LEN(unseen)) ||
	    f->type == WIRE_f64 || f->type == WIRE_map || print_is_limit(f))
		return false;
	/* A number that must be there says something even when it is 0. */
	if (f->type == WIRE_i64 && f->need == REQUIRED)
		return true;
	return !msg_absent(f, msg);
}

void
print_field(struct printer *p, const struct msg_field *f, const void *msg,
    struct str subject, int64_t at, struct buf *out)
{
	const void *v = msg_at(f, msg);

	switch (f->type) {
	case WIRE_str:
		put_str(p, f, *(const struct str *)v, subject, at, out);
		break;
	case WIRE_strs:
		put_strs(p, f, v, subject, at, out);
		break;
	case WIRE_list:
		buf_printf(out, "%zu ", ((const struct msg_list *)v)->n);
		print_label(out, f->name,
		    ((const struct msg_list *)v)->n == 1 ? "s" : "");
		break;
	case WIRE_i64:
		put_number(f, *(const int64_t *)v, out);
		break;
	case WIRE_bool:
		print_label(out, f->name, "");
		break;
	case WIRE_time:
		print_label(out, f->name, "_at");
		buf_char(out, ' ');
		when_put(out, *(const int64_t *)v + print_zone(&p->clock),
		    at + print_zone(&p->clock));
		break;
	case WIRE_f64:
	case WIRE_map:
		break;
	}
}
