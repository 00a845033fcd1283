#include "cli/sheet.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)256 << 20)
#define OUT_MAX ((size_t)64 << 20)

int
sheet_open(struct sheet *s, const char *dsn, const char *name,
    const struct db_query *queries, size_t n)
{
	int code;

	*s = (struct sheet){ .now = 0 };
	code = cli_db(dsn, name, queries, n, &s->names.db);
	if (code >= 0)
		return code;
	names_adopt(&s->names);
	s->now = names_now(&s->names);
	s->printer.registry = s->names.registry;
	s->printer.arena = arena_new(ARENA_MAX);
	buf_init(&s->out, OUT_MAX);
	return -1;
}

void
sheet_close(struct sheet *s)
{
	(void)fwrite(s->out.p, 1, s->out.n, stdout);
	buf_fini(&s->out);
	arena_free(&s->printer.arena);
	names_close(&s->names);
}

struct str
sheet_text(const struct rows *rows, size_t i, const char *name)
{
	return rows_str(rows, i, rows_column(rows, name));
}

int64_t
sheet_number(const struct rows *rows, size_t i, const char *name)
{
	return rows_i64(rows, i, rows_column(rows, name));
}
