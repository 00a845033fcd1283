/* The sample pack (deploy/packs/tonglu), and its page. */
#include "cli/pack_check.h"
#include "cli/pack_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TONGLU "deploy/packs/tonglu"
#define PAGE_MAX ((size_t)1 << 20)

static void
test_the_county_pack_is_sound(void **state)
{
	struct pack p;
	struct err e;

	(void)state;
	pack_init(&p, TONGLU);
	assert_int_equal(pack_read(&p, &e), RC_OK);
	pack_check(&p);
	assert_int_equal(p.n_faults, 0);
	assert_int_equal(p.tables[TABLE_matter].n, 345);
	assert_int_equal(p.tables[TABLE_power_item].n, 781);
	pack_fini(&p);
}

#define NOT_NAMED (-2)

/* "1,335": thousands as people write them; -1 where no number stands. */
static int64_t
count_of(struct str s)
{
	int64_t n = -1;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			n = (n < 0 ? 0 : n * 10) + (s.p[i] - '0');
		else if (s.p[i] != ',' && s.p[i] != ' ')
			return -1;
	return n;
}

/*
 * Rows of FILE as the page says, -1 where it leaves that open: its I-th file
 * has the I-th number.
 */
static int64_t
told_of(struct str page, struct str file)
{
	struct str line, names, counts;

	while (str_next(&page, '\n', &line)) {
		size_t bar, place;

		if (!str_starts(line, STR("| ")))
			continue;
		line = str_cut(line, 2, line.n);
		bar = str_find(line, '|');
		names = str_cut(line, 0, bar);
		place = 0;
		counts = str_cut(line, bar + 1, line.n);
		counts = str_cut(counts, 0, str_find(counts, '|'));
		if (str_starts(names, file))
			place = 1;
		else if (names.n > file.n + 1 &&
			 str_eq(str_cut(names, names.n - file.n - 1, file.n),
			     file))
			place = 2;
		if (place == 0)
			continue;
		/* "764, 230": a comma and a blank part them. */
		for (size_t i = 0; i + 1 < counts.n; i++)
			if (counts.p[i] == ',' && counts.p[i + 1] == ' ')
				return count_of(
				    place == 1
					? str_cut(counts, 0, i)
					: str_cut(counts, i + 1, counts.n));
		return count_of(counts);
	}
	return NOT_NAMED;
}

/* Every file of the sample pack is on its page; what it counts is so. */
static void
test_the_page_of_the_county_counts_its_rows(void **state)
{
	struct err e;
	struct str page;
	struct pack p;
	char *text;
	FILE *in;
	int bad = 0;

	(void)state;
	text = xmalloc(PAGE_MAX);
	in = fopen(TONGLU "/README.md", "rbe");
	assert_non_null(in);
	page = (struct str){ text, fread(text, 1, PAGE_MAX, in) };
	(void)fclose(in);
	pack_init(&p, TONGLU);
	assert_int_equal(pack_read(&p, &e), RC_OK);
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const char *file = registry_files[t].file;
		int64_t told = told_of(page, str_of(file));

		if (told == -1 || told == (int64_t)p.tables[t].n)
			continue;
		print_error("%s has %zu rows, not %lld\n", file, p.tables[t].n,
		    (long long)told);
		bad++;
	}
	pack_fini(&p);
	free(text);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_county_pack_is_sound),
		cmocka_unit_test(test_the_page_of_the_county_counts_its_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
