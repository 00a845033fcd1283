#include "tests/sim/trace.h"

#include "tests/sim/server.h"

#include <stdio.h>

static FILE *out;

void
trace_open(const char *path)
{
	out = fopen(path, "w");
	must(out != NULL);
}

void
trace_close(void)
{
	if (out != NULL)
		must(fclose(out) == 0);
	out = NULL;
}

static void
put(int64_t n)
{
	must(fwrite(&n, sizeof(n), 1, out) == 1);
}

static void
put_str(struct str s)
{
	put(s.p != NULL ? (int64_t)s.n : -1);
	must(s.n == 0 || fwrite(s.p, s.n, 1, out) == 1);
}

static void
put_rows(const PGresult *res)
{
	put((int64_t)res->n_columns);
	for (size_t i = 0; i < res->n_columns; i++) {
		put_str(str_of(res->column[i].name));
		put(res->column[i].type);
	}
	put((int64_t)res->n_rows);
	for (size_t i = 0; i < res->n_rows; i++)
		for (size_t c = 0; c < res->n_columns; c++)
			put_str(res->rows[i][c]);
}

void
trace_done(
    const struct session *s, const struct request *q, const PGresult *res)
{
	if (out == NULL)
		return;
	put(TRACE_DONE);
	put(s->number);
	put(s->store->now_us);
	put_str(str_of(q->name));
	put((int64_t)q->n);
	for (size_t i = 0; i < q->n; i++)
		put_str(q->arg[i]);
	put_rows(res);
}

void
trace_failed(const struct session *s, const struct request *q)
{
	if (out == NULL)
		return;
	put(TRACE_FAILED);
	put(s->number);
	put_str(str_of(q->name));
}

void
trace_closed(const struct session *s)
{
	if (out == NULL)
		return;
	put(TRACE_CLOSED);
	put(s->number);
}
