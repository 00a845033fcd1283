/* `huying pack show`. */
#include "cli/pack_cmd.h"

#include "common/msg/wire.h"
#include "common/registry/registry_take.h"

#include <stdio.h>

#define LINE_BYTES_MAX ((size_t)16 * 1024)

static struct str
column(const struct rows *rows, size_t i, const char *name)
{
	return rows_str(rows, i, rows_column(rows, name));
}

static void
put_text(const struct rows *rows, size_t i, const char *from, const char *when)
{
	struct str name = column(rows, i, "name");
	struct str version = column(rows, i, "version");

	(void)printf("%-16.*s %-12.*s %.*s  %.10s  %.16s  %.*s  %.*s\n",
	    STR_ARG(name), STR_ARG(version), STR_ARG(column(rows, i, "county")),
	    from, when, STR_ARG(str_cut(column(rows, i, "digest"), 0, 12)),
	    STR_ARG(column(rows, i, "title_zh")));
}

static void
put_json(const struct rows *rows, size_t i, const char *from, const char *when)
{
	static const char *const texts[] = { "name", "version", "county",
		"title_zh", "title_en", "digest" };
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_BYTES_MAX);
	for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
		buf_printf(&b, "%c\"%s\":", k == 0 ? '{' : ',', texts[k]);
		wire_json_str(column(rows, i, texts[k]), &b);
	}
	buf_printf(
	    &b, ",\"valid_from\":\"%.10s\",\"loaded_at\":\"%s\"", from, when);
	buf_printf(&b, ",\"rows\":%.*s}", STR_ARG(column(rows, i, "n_rows")));
	pack_put_line(&b);
}

static void
put_all(const struct rows *rows, bool json)
{
	char from[CLOCK_TEXT], when[CLOCK_TEXT];

	if (!json && rows_n(rows) == 0)
		(void)printf("no pack is loaded\n");
	else if (!json)
		(void)printf("%-16s %-12s %s  %-10s  %-16s  %-12s  %s\n",
		    "pack", "version", "county", "from", "loaded", "digest",
		    "title");
	for (size_t i = 0; i < rows_n(rows); i++) {
		clock_format(
		    rows_time(rows, i, rows_column(rows, "valid_from")), from);
		clock_format(
		    rows_time(rows, i, rows_column(rows, "loaded_at")), when);
		if (json)
			put_json(rows, i, from, when);
		else
			put_text(rows, i, from, when);
	}
}

int
pack_cmd_show(const struct pack_args *args)
{
	AUTO(db_close) struct db *db = NULL;
	AUTO(rows_free) struct rows *rows = NULL;
	struct err e;
	int code = cli_db(args->db, "huying pack", NULL, 0, &db);

	if (code >= 0)
		return code;
	if (registry_take_prepare(db, &e) != RC_OK ||
	    registry_packs(db, &rows, &e) != RC_OK) {
		cli_say("pack: %s", e.text);
		return EXIT_CONNECT;
	}
	put_all(rows, args->json);
	return EXIT_OK;
}
