/* How huying top sorts, shares its lines and draws (cli/top.h). */
#include "cli/top.h"

#include "cli/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM ((size_t)1 << 20)
#define NOW INT64_C(1773797400000) /* 2026-03-18T09:30+08:00 */

static struct top_data *
county(void)
{
	static const struct {
		const char *name;
		int64_t open, overdue, calls, next;
	} rows[] = {
		{ "公安局", 3, 0, 2, NOW + 3 * HOUR_MS },
		{ "住建局", 9, 2, 0, NOW + HOUR_MS },
		{ "民政局", 1, 0, 0, 0 },
		{ "交通局", 3, 2, 1, NOW + 2 * HOUR_MS },
	};
	struct top_data *d = xcalloc(1, sizeof(*d));

	d->now = NOW;
	d->running = 6;
	d->per_minute = -1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		d->units[d->n_units++] =
		    (struct top_unit){ .code = str_of(rows[i].name),
			    .name = str_of(rows[i].name),
			    .open = rows[i].open,
			    .overdue = rows[i].overdue,
			    .calls = rows[i].calls,
			    .next = rows[i].next };
	d->calls[d->n_calls++] = (struct top_call){ .id = STR("N/C1"),
		.class = STR("emergency"),
		.state = STR("gathering"),
		.room = STR("分水镇"),
		.main = STR("公安局"),
		.asked = 2,
		.here = 1,
		.by = NOW - 5 * MINUTE_MS };
	d->limits[d->n_limits++] = (struct top_limit){ .thing = STR("N/T1"),
		.name = STR("finish"),
		.unit = STR("住建局"),
		.due = NOW + HOUR_MS };
	return d;
}

static void
expect_order(enum top_sort sort, bool reverse, const char *names)
{
	struct top_data *d = county();
	struct buf b;

	buf_init(&b, ROOM);
	top_order(d, sort, reverse);
	for (size_t i = 0; i < d->n_units; i++)
		columns_put_cell(&b, d->units[i].name, 6);
	buf_char(&b, '\0');
	assert_string_equal(b.p, names);
	buf_fini(&b);
	free(d);
}

static void
test_each_key_sorts(void **state)
{
	(void)state;
	expect_order(TOP_BY_OVERDUE, false, "住建局  交通局  公安局  民政局  ");
	expect_order(TOP_BY_DUE, false, "住建局  交通局  公安局  民政局  ");
	expect_order(TOP_BY_WORK, false, "住建局  交通局  公安局  民政局  ");
	expect_order(TOP_BY_CALLS, false, "公安局  交通局  住建局  民政局  ");
	expect_order(TOP_BY_WORK, true, "民政局  公安局  交通局  住建局  ");
	expect_order(TOP_BY_NAME, false, "交通局  住建局  公安局  民政局  ");
}

static void
test_lines_are_shared(void **state)
{
	static const struct {
		size_t lines, want[3], got[3];
	} rows[] = {
		{ 30, { 5, 5, 5 }, { 5, 5, 5 } },
		{ 12, { 50, 50, 50 }, { 4, 4, 4 } },
		{ 12, { 50, 1, 50 }, { 6, 1, 5 } },
		{ 12, { 0, 0, 50 }, { 0, 0, 12 } },
		{ 0, { 9, 9, 9 }, { 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t got[3];

		top_share(rows[i].lines, rows[i].want, got);
		assert_memory_equal(got, rows[i].got, sizeof(got));
	}
}

/* Whatever its size, it fits the screen. */
static void
test_it_fits_any_screen(void **state)
{
	struct top_data *d = county();

	(void)state;
	for (size_t height = 1; height < 40; height++)
		for (size_t width = 1; width < 140; width += 7) {
			struct top_view v = { .width = width,
				.height = height };
			struct str rest, line;
			struct buf b;
			size_t n = 0;

			buf_init(&b, ROOM);
			top_draw(d, &v, "\n", &b);
			rest = buf_get(&b);
			while (str_next(&rest, '\n', &line)) {
				assert_true(columns_of(line) <= width);
				n++;
			}
			/* Below nine lines not even the headings fit. */
			assert_true(n <= (height > 9 ? height : 9));
			buf_fini(&b);
		}
	free(d);
}

static bool
is_drawn(const struct top_view *v, const char *text)
{
	struct top_data *d = county();
	struct buf b;
	bool found;

	buf_init(&b, ROOM);
	top_draw(d, v, "\n", &b);
	found = str_search(buf_get(&b), str_of(text)) < b.n;
	buf_fini(&b);
	free(d);
	return found;
}

static void
test_parts_can_be_shown_alone(void **state)
{
	const struct top_view all = { .rows = 9 };
	const struct top_view calls = { .rows = 9, .part = TOP_CALLS };

	(void)state;
	assert_true(is_drawn(&all, "住建局"));
	assert_true(is_drawn(&all, "5m late"));
	assert_true(is_drawn(&all, "in 1h"));
	assert_true(is_drawn(&calls, "5m late"));
	assert_true(is_drawn(&calls, " 1/2 "));
	assert_false(is_drawn(&calls, "UNIT ("));
	assert_false(is_drawn(&calls, "LIMIT OF"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_key_sorts),
		cmocka_unit_test(test_lines_are_shared),
		cmocka_unit_test(test_it_fits_any_screen),
		cmocka_unit_test(test_parts_can_be_shown_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
