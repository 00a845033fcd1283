#include "cli/pack_cell.h"

#include "common/msg/look.h"
#include "common/msg/personal.h"

#define NAMED "%.*s: "
/* Control characters, line ends, and marks that turn the direction. */
static bool
is_control(uint32_t r)
{
	return r < 0x20 || (r >= 0x7f && r < 0xa0) ||
	       (r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
	       (r >= 0x2066 && r <= 0x2069) || r == 0xfeff;
}

static bool
has_control(struct str s)
{
	for (size_t at = 0; at < s.n;)
		if (is_control(str_rune(s, &at)))
			return true;
	return false;
}

void
pack_cell_clean(struct pack *p, const char *file, struct str name,
    const struct csv_cell *cell)
{
	struct personal_hit hit = personal_find(cell->text, 0);

	if (has_control(cell->text))
		pack_fault(p, file, cell->place,
		    NAMED "holds a control character", STR_ARG(name));
	if (hit.kind != PERSONAL_NONE)
		pack_fault(p, file, cell->place, NAMED "holds %s",
		    STR_ARG(name), personal_name(hit.kind));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Codes hold digits that only look like somebody's. */
static bool
is_code(const struct msg_field *f)
{
	switch (f->format.look) {
	case LOOK_DIVISION:
	case LOOK_UNIT:
	case LOOK_MATTER:
	case LOOK_ITEM:
	case LOOK_LIMIT:
	case LOOK_ENUM:
	case LOOK_HASH:
	case LOOK_CASEFILE:
	case LOOK_THING:
		return true;
	case LOOK_TEXT:
	case LOOK_WORD:
	case LOOK_OFFICER:
	case LOOK_NAME:
		return f->type != WIRE_str && f->type != WIRE_strs;
	}
	return false;
}

static void
check_str(struct pack *p, const char *file, const struct msg_field *f,
    struct csv_place place, struct str s)
{
	const char *expected = look_check(&f->format, s);

	if (f->max > 0 && s.n > f->max)
		pack_fault(p, file, place, "%s: %zu > %zu bytes", f->name, s.n,
		    f->max);
	else if (expected != NULL && f->format.look == LOOK_ENUM)
		pack_fault(p, file, place,
		    "%s: must be one of %s, not \"%.*s\"", f->name, expected,
		    STR_ARG(pack_shown(s)));
	else if (expected != NULL)
		pack_fault(p, file, place, "%s: must be %s, not \"%.*s\"",
		    f->name, expected, STR_ARG(pack_shown(s)));
}

static void
check_list(struct pack *p, const char *file, const struct msg_field *f,
    struct csv_place place, struct strs v)
{
	for (size_t i = 0; i < v.n; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again || str_eq(v.p[k], v.p[i]);
		if (v.p[i].n == 0)
			pack_fault(
			    p, file, place, "%s: an empty entry", f->name);
		else if (again)
			pack_fault(p, file, place, "%s: \"%.*s\" twice",
			    f->name, STR_ARG(pack_shown(v.p[i])));
		else
			check_str(p, file, f, place, v.p[i]);
	}
}

/* What people are told when a cell can not be read as its type. */
static const char *
expected_of(const struct msg_field *f)
{
	switch (f->type) {
	case WIRE_i64:
		return "a whole number, not negative";
	case WIRE_bool:
		return "yes or no";
	case WIRE_time:
		return "a date such as 2026-01-31";
	case WIRE_strs:
		return "a list of at most 256 entries";
	case WIRE_str:
	case WIRE_f64:
	case WIRE_map:
	case WIRE_list:
		break;
	}
	return "something else";
}

/* Packs hold days and counts: no times of day, nothing below zero. */
static bool
set(const struct msg_field *f, void *obj, struct str text, struct arena *arena)
{
	struct err ignored;
	int64_t day;

	if (f->type == WIRE_time && !clock_parse_date(text, &day))
		return false;
	if (msg_set_text(f, obj, text, arena, &ignored) != RC_OK)
		return false;
	return f->type != WIRE_i64 || *(const int64_t *)msg_at(f, obj) >= 0;
}

void
pack_cell(struct pack *p, const char *file, const struct msg_field *f,
    const struct csv_cell *cell, void *obj)
{
	struct str s = cell->text;
	const void *at = msg_at(f, obj);

	if (s.n == 0) {
		if (f->need == REQUIRED)
			pack_fault(
			    p, file, cell->place, "%s: is required", f->name);
		return;
	}
	if (!is_code(f))
		pack_cell_clean(p, file, str_of(f->name), cell);
	if (is_blank(s.p[0]) || is_blank(s.p[s.n - 1])) {
		pack_fault(p, file, cell->place,
		    "%s: a blank at its beginning or end", f->name);
		return;
	}
	if (!set(f, obj, s, registry_arena(p->registry)))
		pack_fault(p, file, cell->place, "%s: must be %s, not \"%.*s\"",
		    f->name, expected_of(f), STR_ARG(pack_shown(s)));
	else if (f->type == WIRE_str)
		check_str(p, file, f, cell->place, s);
	else if (f->type == WIRE_strs)
		check_list(p, file, f, cell->place, *(const struct strs *)at);
}
