/* huying schema ls and show: messages and their fields, for people. */
#include "cli/schema.h"

#include "cli/columns.h"
#include "cli/schemas.h"
#include "common/msg/look.h"
#include "common/msg/wire.h"

#include <fnmatch.h>
#include <stdio.h>

#define ROOM ((size_t)4 << 20)

static const char *
kind_of(const struct msg_desc *d)
{
	return d->kind == MSG_COMMAND ? "command"
	       : d->kind == MSG_FACT  ? "fact"
				      : "record";
}

/* PATTERN is of a whole type, or a noun. */
static bool
fits(const struct msg_desc *d, const char *pattern)
{
	size_t n = strlen(pattern);

	return fnmatch(pattern, d->type, 0) == 0 ||
	       (strncmp(d->type, pattern, n) == 0 && d->type[n] == '.');
}

static bool
is_wanted(const struct msg_desc *d, const char *const *patterns, size_t n,
    enum msg_kind kind)
{
	bool any = n == 0;

	for (size_t i = 0; i < n && !any; i++)
		any = fits(d, patterns[i]);
	return any && (kind == MSG_RECORD || d->kind == kind);
}

static void
put_row(const struct msg_desc *d, bool json, struct buf *out)
{
	if (!json) {
		columns_put_cell(out, str_of(d->type), 28);
		columns_put_cell(out, str_of(kind_of(d)), 9);
		columns_put_cell(out, str_of(d->owner), 13);
		buf_printf(out, "%s\n", d->doc);
		return;
	}
	buf_printf(out,
	    "{\"type\":\"%s\",\"kind\":\"%s\",\"owner\":\"%s\",\"about\":",
	    d->type, kind_of(d), d->owner);
	wire_json_str(str_of(d->doc), out);
	buf_z(out, "}\n");
}

int
schema_ls(const char *const *patterns, size_t n, enum msg_kind kind, bool json)
{
	struct buf out;
	size_t rows = 0;

	buf_init(&out, ROOM);
	for (size_t i = 0; i < msg_count; i++)
		if (is_wanted(msg_all[i], patterns, n, kind)) {
			put_row(msg_all[i], json, &out);
			rows++;
		}
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	if (rows == 0)
		cli_say("no such message; huying schema ls lists them all");
	return rows > 0 ? EXIT_OK : EXIT_NOTHING;
}

static void
put_text_kind(const struct msg_field *f, struct buf *out)
{
	/* An empty text is none of those that have a form. */
	const char *form = look_check(&f->format, STR(""));

	if (f->format.look == LOOK_ENUM)
		buf_z(out, f->format.values);
	else
		buf_printf(out, "%s, at most %zu bytes",
		    form != NULL && form[0] != '\0' ? form : "text",
		    f->max > 0 ? f->max : MSG_STR_MAX);
}

static void
put_holds(const struct msg_field *f, struct buf *out)
{
	switch (f->type) {
	case WIRE_str:
		put_text_kind(f, out);
		break;
	case WIRE_strs:
		buf_z(out, "list of: ");
		put_text_kind(f, out);
		break;
	case WIRE_list:
		buf_printf(out, "list of records, at most %zu",
		    f->max > 0 ? f->max : (size_t)MSG_LIST_MAX);
		break;
	case WIRE_i64:
		buf_z(out, "whole number");
		break;
	case WIRE_f64:
		buf_z(out, "number");
		break;
	case WIRE_bool:
		buf_z(out, "true or false");
		break;
	case WIRE_time:
		buf_z(out, "time: 2026-03-18T08:15:00+08:00");
		break;
	case WIRE_map:
		buf_z(out, "map");
		break;
	}
}

static void
put_fields(const struct msg_desc *d, size_t margin, struct buf *out)
{
	size_t width = 0;

	for (size_t i = 0; i < d->n_fields; i++)
		if (strlen(d->fields[i].name) > width)
			width = strlen(d->fields[i].name);
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];

		columns_pad(out, margin);
		columns_put_cell(out, str_of(f->name), width + 2);
		buf_z(out, f->need == REQUIRED ? "required  " : "          ");
		put_holds(f, out);
		buf_char(out, '\n');
		columns_pad(out, margin + width + 2 + 10);
		buf_printf(out, "%s\n", f->doc);
		if (f->type == WIRE_list)
			put_fields(f->record, margin + width + 2 + 10, out);
	}
}

/* How to hand one in, with what must be there. */
static void
put_example(const struct msg_desc *d, struct buf *out)
{
	buf_printf(out, "\nhuying publish %s", d->type);
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->fields[i].need == REQUIRED)
			buf_printf(out, " %s=...", d->fields[i].name);
	buf_char(out, '\n');
}

/* A message, or what is around one. */
static const struct msg_desc *
find(const char *type)
{
	static const struct msg_desc *const around[] = { &msg_envelope_desc,
		&msg_sealed_report_desc };
	const struct msg_desc *d = msg_find(str_of(type));

	for (size_t i = 0; i < ARRAY_LEN(around) && d == NULL; i++)
		if (strcmp(around[i]->type, type) == 0)
			d = around[i];
	return d;
}

int
schema_show(const char *type, bool json)
{
	const struct msg_desc *d = find(type);
	struct buf out;

	if (d == NULL) {
		cli_say("%s: no such message; huying schema ls lists them all",
		    type);
		return EXIT_NOTHING;
	}
	buf_init(&out, ROOM);
	if (json) {
		schema_of(d, &out);
	} else {
		buf_printf(&out, "%s  %s", d->type, kind_of(d));
		if (d->kind == MSG_COMMAND || d->kind == MSG_FACT)
			buf_printf(&out, ", %s %s",
			    d->kind == MSG_COMMAND ? "taken by" : "said by",
			    strcmp(d->owner, "any") == 0 ? "any service"
							 : d->owner);
		buf_printf(&out, "\n%s.\n\n", d->doc);
		put_fields(d, 2, &out);
		if (d->kind == MSG_COMMAND)
			put_example(d, &out);
	}
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	return EXIT_OK;
}
