/*
 * Any bytes: no crash, sound rows only; and what was read, written again
 * with every cell quoted, reads the same.
 */
#include "cli/csv.h"

#include "common/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	size_t n_rows;
	size_t n_faults;
	struct csv_place last; /* places of faults and rows never go back */
	struct buf again;
};

static void
on_fault(void *ctx, struct csv_place place, const char *what)
{
	struct reading *r = ctx;

	must(place.line >= 1 && place.column >= 1 && what[0] != '\0');
	r->n_faults++;
}

static void
write_cell(struct buf *out, struct str s)
{
	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(out, '"');
		buf_char(out, s.p[i]);
	}
	buf_char(out, '"');
}

static void
take_row(struct reading *r, const struct csv *csv, const struct csv_row *row)
{
	must(row->n == csv->columns && row->n >= 1);
	must(row->n <= CSV_COLUMNS_MAX);
	for (size_t i = 0; i < row->n; i++) {
		const struct csv_cell *cell = &row->cells[i];

		must(cell->text.n <= CSV_CELL_MAX && str_utf8_ok(cell->text));
		must(memchr(cell->text.p, '\0', cell->text.n) == NULL);
		must(cell->place.line > r->last.line ||
		     (cell->place.line == r->last.line &&
			 cell->place.column > r->last.column));
		r->last = cell->place;
		write_cell(&r->again, cell->text);
		buf_char(&r->again, i + 1 < row->n ? ',' : '\n');
	}
	r->n_rows++;
}

static void
read_all(struct reading *r, struct str bytes)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct csv csv;
	struct csv_row row;

	buf_init(&r->again, (size_t)64 << 20);
	csv_open(&csv, bytes, arena, on_fault, r);
	while (csv_next(&csv, &row))
		take_row(r, &csv, &row);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading first = { .n_rows = 0 }, second = { .n_rows = 0 };

	read_all(&first, (struct str){ (const char *)data, size });
	read_all(&second, buf_get(&first.again));
	must(second.n_faults == 0);
	must(second.n_rows == first.n_rows);
	must(str_eq(buf_get(&first.again), buf_get(&second.again)));
	buf_fini(&first.again);
	buf_fini(&second.again);
	return 0;
}
