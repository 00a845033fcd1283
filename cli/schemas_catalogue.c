/* Every message on one page, for people. */
#include "cli/schemas.h"

#include "common/msg/look.h"

static const char head[] =
    "# Messages\n\n"
    "Printed by `make schemas` from `schemas/events/*.def`; do not edit.\n\n"
    "A **command** asks for something; anybody may publish one. A **fact** "
    "says what\nhappened; only the service that owns it publishes it. Bounds "
    "are bytes of UTF-8 for\ntexts, entries for lists. Texts marked *scanned* "
    "are refused when a phone number, an\nidentity number, a number plate or "
    "the like is in them; that belongs in the sealed part\nof "
    "`report.submit`.\n\n"
    "Each has a JSON Schema beside this page; `envelope.json` is what is "
    "around it,\n`asyncapi.json` how it travels.\n";

/* A cell of a Markdown table: no bar, no line's end. */
static void
put_cell(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			buf_z(out, "\\|");
		else
			buf_char(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
}

static void
put_choices(struct buf *out, const char *values)
{
	struct str rest = str_of(values), one;
	const char *between = "";

	while (str_next(&rest, '|', &one)) {
		buf_printf(out, "%s`%.*s`", between, STR_ARG(one));
		between = " ";
	}
}

static void
put_bound(struct buf *out, const struct msg_field *f)
{
	size_t max = f->max > 0 ? f->max : MSG_STR_MAX;

	if (f->type == WIRE_strs)
		buf_printf(out, ", at most %d", MSG_LIST_MAX);
	if (f->format.look == LOOK_ENUM)
		return;
	buf_printf(out, ", ≤ %zu%s", max, f->type == WIRE_strs ? " each" : "");
	if (f->format.look == LOOK_TEXT)
		buf_z(out, ", scanned");
}

static void
put_type(struct buf *out, const struct msg_field *f)
{
	static const char *const names[] = {
		[WIRE_i64] = "whole number",
		[WIRE_f64] = "number",
		[WIRE_bool] = "true or false",
		[WIRE_time] = "time, RFC 3339",
		[WIRE_map] = "map",
	};

	switch (f->type) {
	case WIRE_str:
	case WIRE_strs:
		if (f->type == WIRE_strs)
			buf_z(out, "list of ");
		if (f->format.look == LOOK_ENUM)
			put_choices(out, f->format.values);
		else if (f->format.look == LOOK_NAME)
			buf_z(out, "text");
		else
			buf_z(out, look_name(f->format.look));
		put_bound(out, f);
		break;
	case WIRE_list:
		buf_printf(out, "list of [%s](#%s), at most %zu",
		    f->record->type, f->record->type,
		    f->max > 0 ? f->max : MSG_LIST_MAX);
		break;
	case WIRE_i64:
	case WIRE_f64:
	case WIRE_bool:
	case WIRE_time:
	case WIRE_map:
		buf_z(out, names[f->type]);
		break;
	}
}

static void
put_fields(struct buf *out, const struct msg_desc *d)
{
	buf_z(out, "\n| field | | holds | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];

		buf_printf(out, "| `%s` | %s | ", f->name,
		    f->need == REQUIRED ? "required" : "");
		put_type(out, f);
		buf_z(out, " | ");
		put_cell(out, str_of(f->doc));
		buf_z(out, " |\n");
	}
}

static void
put_message(struct buf *out, const struct msg_desc *d)
{
	buf_printf(out, "\n### %s\n\n", d->type);
	if (d->kind == MSG_COMMAND || d->kind == MSG_FACT)
		buf_printf(out, "*%s*, %s %s. ",
		    d->kind == MSG_COMMAND ? "command" : "fact",
		    d->kind == MSG_COMMAND ? "taken by" : "said by",
		    strcmp(d->owner, "any") == 0 ? "any service" : d->owner);
	buf_z(out, d->doc);
	buf_z(out, ".\n");
	put_fields(out, d);
}

static struct str
noun_of(const struct msg_desc *d)
{
	struct str type = str_of(d->type);

	return str_cut(type, 0, str_find(type, '.'));
}

/* Messages of one noun need not stand together in the .def rows. */
static bool
is_first_of_noun(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(noun_of(msg_all[k]), noun_of(msg_all[i])))
			return false;
	return true;
}

static void
put_nouns(struct buf *out)
{
	const char *between = "\n";

	for (size_t i = 0; i < msg_count; i++) {
		struct str noun = noun_of(msg_all[i]);

		if (!is_first_of_noun(i))
			continue;
		buf_printf(out, "%s[%.*s](#%.*s)", between, STR_ARG(noun),
		    STR_ARG(noun));
		between = " ·\n";
	}
	buf_z(out, " ·\n[records](#records)\n");
}

void
schemas_catalogue(struct buf *out)
{
	buf_z(out, head);
	put_nouns(out);
	for (size_t i = 0; i < msg_count; i++) {
		struct str noun = noun_of(msg_all[i]);

		if (!is_first_of_noun(i))
			continue;
		buf_printf(out, "\n## %.*s\n", STR_ARG(noun));
		for (size_t k = i; k < msg_count; k++)
			if (str_eq(noun_of(msg_all[k]), noun))
				put_message(out, msg_all[k]);
	}
	buf_z(out, "\n## records\n");
	for (size_t i = 0; i < msg_record_count; i++)
		put_message(out, msg_records[i]);
}
