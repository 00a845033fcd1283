#include "cli/csv.h"

#include "common/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rows as "a|b\n", faults as "!line:column what\n", as they come. */
static void
read_all(struct str bytes, struct buf *out, csv_fault_fn *on_fault)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct csv csv;
	struct csv_row row;

	csv_open(&csv, bytes, arena, on_fault, out);
	while (csv_next(&csv, &row)) {
		for (size_t i = 0; i < row.n; i++)
			buf_printf(out, "%s%.*s", i > 0 ? "|" : "",
			    STR_ARG(row.cells[i].text));
		buf_char(out, '\n');
	}
	arena_free(&arena);
}

static void
on_fault(void *ctx, struct csv_place place, const char *what)
{
	struct buf *out = ctx;

	buf_printf(out, "!%u:%u %s\n", place.line, place.column, what);
}

static const struct {
	const char *name;
	struct str bytes;
	const char *want;
} table[] = {
	/* clang-format off */
	{ "nothing", STR(""), "" },
	{ "a header", STR("a,b\n"), "a|b\n" },
	{ "no last line end", STR("a,b\n1,2"), "a|b\n1|2\n" },
	{ "CR LF", STR("a,b\r\n1,2\r\n"), "a|b\n1|2\n" },
	{ "both line ends", STR("a,b\r\n1,2\n3,4\r\n"), "a|b\n1|2\n3|4\n" },
	{ "empty cells", STR("a,b,c\n,,\n"), "a|b|c\n||\n" },
	{ "an empty last cell at the end", STR("a,b\n1,"), "a|b\n1|\n" },
	{ "quotes", STR("a,b\n\"x\",\"y,z\"\n"), "a|b\nx|y,z\n" },
	{ "doubled quotes", STR("a\n\"say \"\"hi\"\"\"\n"), "a\nsay \"hi\"\n" },
	{ "only quotes", STR("a,b\n\"\",\"\"\"\"\n"), "a|b\n|\"\n" },
	{ "a line end inside quotes", STR("a,b\n\"x\ny\",z\n1,2\n"),
	  "a|b\nx\ny|z\n1|2\n" },
	{ "CR LF inside quotes", STR("a\n\"x\r\ny\"\n"), "a\nx\r\ny\n" },
	{ "quotes at the end", STR("a\n\"x\""), "a\nx\n" },
	{ "blanks stay", STR("a,b\n x ,\ty\n"), "a|b\n x |\ty\n" },
	{ "Chinese", STR("名,值\n分水镇,\"大路,村\"\n"),
	  "名|值\n分水镇|大路,村\n" },

	{ "too few cells", STR("a,b\n1\n2,3\n"),
	  "a|b\n!2:1 1 cells, the header has 2\n2|3\n" },
	{ "too many cells", STR("a,b\n1,2,3\n4,5\n"),
	  "a|b\n!2:1 3 cells, the header has 2\n4|5\n" },
	{ "an empty line", STR("a\n\n1\n"), "a\n!2:1 an empty line\n1\n" },
	{ "an empty line of CR LF", STR("a\r\n\r\n1\r\n"),
	  "a\n!2:1 an empty line\n1\n" },
	{ "an empty header", STR("\na\n"), "!1:1 an empty line\n" },
	{ "a quote inside", STR("a,b\nx\"y,z\n1,2\n"),
	  "a|b\n!2:2 a quote inside an unquoted cell\n1|2\n" },
	{ "text behind a quote", STR("a,b\n\"x\"y,z\n1,2\n"),
	  "a|b\n!2:4 text behind a closing quote\n1|2\n" },
	{ "a blank behind a quote", STR("a,b\n\"x\" ,z\n"),
	  "a|b\n!2:4 text behind a closing quote\n" },
	{ "an open quote", STR("a,b\n1,\"x\n2,3\n"),
	  "a|b\n!2:3 a quote that is never closed\n" },
	{ "an open quote at the end", STR("a\n\""),
	  "a\n!2:1 a quote that is never closed\n" },
	{ "a lone CR", STR("a,b\n1\r2,3\n4,5\n"),
	  "a|b\n!2:2 a carriage return without a line feed\n4|5\n" },
	{ "a lone CR at the end", STR("a\n1\r"),
	  "a\n!2:2 a carriage return without a line feed\n" },
	{ "a NUL", STR("a\nx\0y\n"), "!2:2 a NUL byte\n" },
	{ "a NUL inside quotes", STR("a\n\"x\0y\"\n"), "!2:3 a NUL byte\n" },
	{ "not UTF-8", STR("a\n村\xff\n\xc0\x80\n"),
	  "!2:2 not UTF-8\n!3:1 not UTF-8\n" },
	{ "a surrogate", STR("a\nx\xed\xa0\x80\n"), "!2:2 not UTF-8\n" },
	{ "a character cut short", STR("a\nxy\xe6\x9d"), "!2:3 not UTF-8\n" },
	{ "a byte order mark", STR("\xef\xbb\xbf" "a\n1\n"),
	  "!1:1 a byte order mark; save as plain UTF-8\n" },
	{ "columns are characters", STR("名字,值\n分水镇,大\"路\n"),
	  "名字|值\n!2:6 a quote inside an unquoted cell\n" },
	{ "lines count inside quotes", STR("a\n\"1\n2\n3\"x\n"),
	  "a\n!4:3 text behind a closing quote\n" },
	/* clang-format on */
};

static void
test_files_read_as_rfc_4180_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct buf out;

		buf_init(&out, 4096);
		read_all(table[i].bytes, &out, on_fault);
		if (!str_is(buf_get(&out), table[i].want))
			fail_msg("%s: want <%s> got <%.*s>", table[i].name,
			    table[i].want, (int)out.n, out.p);
		buf_fini(&out);
	}
}

static void
test_every_cell_knows_its_place(void **state)
{
	static const struct csv_place want[] = { { 2, 1 }, { 2, 5 }, { 3, 4 },
		{ 4, 1 }, { 4, 3 }, { 4, 4 } };
	struct arena *arena = arena_new(4096);
	struct buf faults;
	struct csv csv;
	struct csv_row row;
	size_t n = 0;

	(void)state;
	buf_init(&faults, 4096);
	csv_open(&csv, STR("a,b,c\n分水镇,\"x\ny\",z\n1,,\"\""), arena,
	    on_fault, &faults);
	assert_true(csv_next(&csv, &row));
	while (csv_next(&csv, &row)) {
		for (size_t i = 0; i < row.n; i++, n++) {
			assert_int_equal(row.cells[i].place.line, want[n].line);
			assert_int_equal(
			    row.cells[i].place.column, want[n].column);
		}
	}
	assert_int_equal(n, ARRAY_LEN(want));
	assert_int_equal(faults.n, 0);
	arena_free(&arena);
}

/* N times PIECE behind HEAD, then TAIL. */
static struct str
repeated(struct buf *b, const char *head, const char *piece, size_t n,
    const char *tail)
{
	buf_init(b, CSV_FILE_MAX * 2);
	buf_z(b, head);
	for (size_t i = 0; i < n; i++)
		buf_z(b, piece);
	buf_z(b, tail);
	assert_false(b->failed);
	return buf_get(b);
}

static void
expect_last(struct str bytes, const char *want)
{
	struct buf out;
	size_t n = strlen(want);

	buf_init(&out, CSV_FILE_MAX * 2);
	read_all(bytes, &out, on_fault);
	assert_true(out.n >= n);
	assert_memory_equal(out.p + out.n - n, want, n);
	buf_fini(&out);
}

static void
test_sizes_are_bounded(void **state)
{
	struct buf b;

	(void)state;
	expect_last(repeated(&b, "a", ",a", CSV_COLUMNS_MAX, "\n"),
	    "!1:129 too many columns\n");
	buf_fini(&b);
	expect_last(repeated(&b, "a\n", "x", CSV_CELL_MAX + 1, "\n"),
	    "!2:1 a cell of more than 16 KiB\n");
	buf_fini(&b);
	expect_last(repeated(&b, "a\n", "x", CSV_CELL_MAX, "\n"), "x\n");
	buf_fini(&b);
	expect_last(repeated(&b, "a\n", "x\n", CSV_ROWS_MAX, ""),
	    "!250001:1 too many rows\n");
	buf_fini(&b);
	expect_last(repeated(&b, "a\n", "x\n", CSV_FILE_MAX / 2, ""),
	    "!1:1 the file is too large\n");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_read_as_rfc_4180_says),
		cmocka_unit_test(test_every_cell_knows_its_place),
		cmocka_unit_test(test_sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
