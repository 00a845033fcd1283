/* Who may penalise what, where and on which day; and with which officers. */
#include "tests/lib/county.h"
#include "tests/lib/penalty_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FIRST_DAY "2026-01-01T00:00+08:00"
#define FAR INT64_MAX

static struct registry *county;
static struct registry *altered;
static struct arena *words;

/* The county after an adjustment: three lines of the towns' list changed. */
static void
alter(struct row_power_list *line)
{
	if (!str_is(line->list, "township"))
		return;
	if (str_is(line->item, "SR001"))
		line->state = STR("suspended");
	if (str_is(line->item, "SR002"))
		line->state = STR("recalled");
	if (str_is(line->item, "SR003"))
		line->effective_to = county_time("2026-04-01T00:00+08:00");
	if (str_is(line->item, "SR004"))
		line->form = STR("entrusted");
}

static struct registry *
altered_county(void)
{
	struct registry *r = registry_new();

	for (int t = 0; t < TABLE_COUNT; t++) {
		size_t n, size = registry_files[t].desc->size;
		const char *rows =
		    registry_rows(county, (enum registry_table)t, &n);

		for (size_t i = 0; i < n; i++) {
			struct row_power_list line;
			const void *row = rows + i * size;

			if (t == TABLE_power_list) {
				memcpy(&line, row, sizeof(line));
				alter(&line);
				row = &line;
			}
			registry_add(r, (enum registry_table)t, row,
			    county_time(FIRST_DAY), FAR);
		}
	}
	registry_seal(r, STR("tonglu 2026.2"));
	return r;
}

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	altered = altered_county();
	words = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&words);
	registry_free(&altered);
	registry_free(&county);
	return 0;
}

static struct kit *
kit_at_place(const struct registry *r, const char *place, const char *matter)
{
	struct kit *k = kit_new(&enforcement_machine, r);

	kit_place(k, place);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = str_of(matter), .channel = STR("grid")));
	return k;
}

static void
test_a_casefile_gets_the_jurisdiction_of_its_field(void **state)
{
	static const struct {
		const char *place;
		const char *matter;
		const char *unit; /* NULL: no penalty follows from it */
		bool listed;
	} rows[] = {
		/* clang-format off */
		{ "330122109200", "CA-001", "330122109-ZF", true },
		{ "330122003001001", "CA-001", "330122003-ZF", true },
		/* The county has no list: whoever leads, or leads the field. */
		{ "330122", "CA-001", "330122-D-ZFJ", false },
		{ "330122", "AG-002", "330122-ZF-NY", false },
		{ "330122", "AG-001", "330122-D-NYJ", false },
		/* Fields that the towns do not have. */
		{ "330122109200", "ED-001", "330122-D-JYJ", false },
		{ "330122109200", "LB-002", "330122-ZF-LD", false },
		{ "330122109200", "LB-001", "330122-D-RSJ", false },
		/* Forestry is the towns', not the streets'. */
		{ "330122109200", "NR-005", "330122109-ZF", true },
		{ "330122003001", "NR-005", "330122-D-LSJ", false },
		{ "330122109200", "DP-001", NULL, false },
		{ "330122109200", "XX-999", NULL, false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k =
		    kit_at_place(county, rows[i].place, rows[i].matter);
		const struct msg_jurisdiction_determined *m =
		    KIT_SAID(k, jurisdiction_determined, 0);

		assert_string_equal(kit_state(k, CASE_ID),
		    rows[i].unit != NULL ? "determined" : "known");
		assert_int_equal(kit_n(k), rows[i].unit != NULL ? 1 : 0);
		if (m != NULL) {
			assert_true(str_is(m->unit, rows[i].unit));
			assert_int_equal(m->listed, rows[i].listed);
			assert_true(str_is(m->why, rows[i].listed
						       ? "domain_in_list"
						       : "domain_not_in_list"));
			assert_true(str_eq(m->pack, registry_version(county)));
		}
		kit_free(&k);
	}
}

static void
test_a_casefile_is_opened_once(void **state)
{
	struct kit *k = kit_at_place(county, VILLAGE, "CA-001");

	(void)state;
	(void)KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = STR("ED-001"), .channel = STR("grid"));
	assert_int_equal(kit_n(k), 0);
	kit_free(&k);
}

/* One question about one item. */
struct answer {
	const char *place;
	const char *day;
	const char *item;
	const char *severity;
	const char *why;
	const char *unit;
};

static void
check_answer(const struct registry *r, const struct answer *a)
{
	struct kit *k = kit_at_place(r, a->place, "DP-001");
	const struct msg_jurisdiction_determined *m;

	kit_at(k, a->day);
	assert_true(KIT_SEND(k, jurisdiction_ask, .casefile = CASE,
	    .item = str_of(a->item), .severity = str_of(a->severity),
	    .unit = STR("330122-GLZX")));
	m = KIT_SAID(k, jurisdiction_determined, 0);
	assert_true(str_is(m->why, a->why));
	assert_true(str_is(m->unit, a->unit));
	assert_true(str_is(m->item, a->item));
	assert_string_equal(kit_state(k, CASE_ID), "determined");
	kit_free(&k);
}

#define MARCH "2026-03-18T09:00:00+08:00"
static void
test_an_item_is_with_the_town_that_has_it_that_day(void **state)
{
	static const struct answer rows[] = {
		/* clang-format off */
		{ VILLAGE, MARCH, "SR001", "light", "in_list", TEAM },
		{ VILLAGE, MARCH, "SR001", "heavy", "in_list", TEAM },
		{ VILLAGE, MARCH, "SR016", "light", "in_list", TEAM },
		{ VILLAGE, MARCH, "SR016", "heavy", "heavy_reserved", "330122-D-ZFJ" },
		{ VILLAGE, MARCH, "SR036", "light", "not_in_list", "330122-D-ZFJ" },
		{ VILLAGE, MARCH, "HB007", "light", "not_in_list", "330122-D-HBJ" },
		{ VILLAGE, MARCH, "SW001", "light", "not_in_list", "330122-D-ZFJ" },
		{ VILLAGE, MARCH, "DW001", "light", "in_list", TEAM },
		{ "330122003001", MARCH, "DW001", "light", "not_in_list", "330122-D-NYJ" },
		{ "330122003001", MARCH, "SR045", "light", "in_list", "330122003-ZF" },
		{ VILLAGE, MARCH, "SR045", "light", "not_in_list", "330122-D-ZFJ" },
		{ "330122", MARCH, "SR001", "light", "not_in_list", "330122-D-ZFJ" },
		/* clang-format on */
	};
	static const struct answer later[] = {
		/* clang-format off */
		{ VILLAGE, MARCH, "SR001", "light", "suspended", "330122-D-ZFJ" },
		{ VILLAGE, MARCH, "SR002", "light", "suspended", "330122-D-ZFJ" },
		{ VILLAGE, "2026-03-31T23:59:59+08:00", "SR003", "light", "in_list", TEAM },
		{ VILLAGE, "2026-04-01T00:00:00+08:00", "SR003", "light", "not_in_list", "330122-D-ZFJ" },
		{ "330122003001", MARCH, "SR001", "light", "in_list", "330122003-ZF" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_answer(county, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		check_answer(altered, &later[i]);
}

/* A filing somewhere, by somebody; code "" when it is taken. */
struct filing {
	const char *code;
	const char *place;
	const char *changes;
};

static void
check_filing(const struct registry *r, const struct filing *f)
{
	struct kit *k = kit_at_place(r, f->place, "DP-001");

	assert_int_equal(penalty_send(k, words, "penalty.file", f->changes),
	    f->code[0] == '\0');
	assert_string_equal(kit_refusal(k), f->code);
	kit_free(&k);
}

static void
test_only_who_has_the_item_may_file(void **state)
{
	static const struct filing rows[] = {
		/* clang-format off */
		{ "", VILLAGE, "unit=330122109-ZF" },
		{ "", VILLAGE, "unit=330122109-T" },
		/* The county: what is not the town's, by whoever leads it. */
		{ "", VILLAGE, "unit=330122-ZF-ZF; officers=OF-ZF-0057|OF-ZF-0058; item=SR016; severity=heavy" },
		{ "", VILLAGE, "unit=330122-D-ZFJ; officers=OF-ZF-0057|OF-ZF-0058; item=SR036; party_kind=organisation" },
		{ "", VILLAGE, "unit=330122-ZF-ZF; officers=OF-ZF-0057|OF-ZF-0058; item=HB021" },
		{ "OFFICER_OTHER_UNIT", VILLAGE, "unit=330122-ZF-HB; officers=OF-ZF-0057|OF-ZF-0058; item=HB021" },
		{ "OFFICER_OTHER_UNIT", VILLAGE, "unit=330122-D-SWJ; item=SW001; party_kind=organisation" },
		{ "NOT_LISTED", VILLAGE, "unit=330122-D-SWJ; item=HB021" },
		{ "NOT_LISTED", VILLAGE, "unit=330122109-PCS; item=SW001; party_kind=organisation" },
		/* The list of another town is no help. */
		{ "NOT_LISTED", "330122102200", "unit=330122109-ZF" },
		/* Streets and towns have different lists. */
		{ "NOT_YET_VALID", "330122003001", "unit=330122003-ZF; officers=OF-ZF-0004|OF-ZF-0008" },
		{ "", "330122003001", "unit=330122003-ZF; officers=OF-ZF-0004|OF-ZF-0005" },
		{ "NOT_LISTED", "330122003001", "unit=330122003-ZF; officers=OF-ZF-0004|OF-ZF-0005; item=DW001" },
		/* clang-format on */
	};
	static const struct filing later[] = {
		{ "ITEM_SUSPENDED", VILLAGE, "item=SR001" },
		{ "ITEM_SUSPENDED", VILLAGE, "item=SR002" },
		{ "", VILLAGE,
		    "item=SR001; unit=330122-ZF-ZF; "
		    "officers=OF-ZF-0057|OF-ZF-0058" },
		{ "NOT_LISTED", VILLAGE, "item=SR001; unit=330122102-ZF" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_filing(county, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		check_filing(altered, &later[i]);
}

/* Xinhe has one certified officer of three; Jiangnan is its centre. */
static void
test_a_small_town_borrows_officers_of_its_centre(void **state)
{
#define XINHE "330122204202"
	static const struct filing rows[] = {
		/* clang-format off */
		{ "OFFICERS_TOO_FEW", XINHE, "unit=330122204-ZF; officers=OF-ZF-0053" },
		{ "CERTIFICATE_EXPIRED", XINHE, "unit=330122204-ZF; officers=OF-ZF-0053|OF-ZF-0051" },
		{ "", XINHE, "unit=330122204-ZF; officers=OF-ZF-0053|OF-ZF-0040" },
		{ "", XINHE, "unit=330122204-ZF; officers=OF-ZF-0040|OF-ZF-0041" },
		/* The power stays with the town, whoever lends the hands. */
		{ "NOT_LISTED", XINHE, "unit=330122113-ZF; officers=OF-ZF-0040|OF-ZF-0041" },
		/* And the centre does not borrow back. */
		{ "OFFICER_OTHER_UNIT", "330122113200", "unit=330122113-ZF; officers=OF-ZF-0040|OF-ZF-0053" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_filing(county, &rows[i]);
}

static void
test_a_filing_keeps_the_form_and_the_version_of_its_day(void **state)
{
	struct kit *k = kit_at_place(altered, VILLAGE, "CA-001");
	const struct msg_penalty_filed *m;

	(void)state;
	/* Sent from the county, the case still lies where its casefile lies. */
	kit_place(k, "330122");
	assert_true(penalty_send(k, words, "penalty.file",
	    "item=SR004; officers=OF-ZF-0028|OF-ZF-0029|OF-ZF-0028"));
	m = KIT_SAID(k, penalty_filed, 0);
	assert_true(str_is(m->form, "entrusted"));
	assert_true(str_is(m->pack, "tonglu 2026.2"));
	assert_int_equal(m->officers.n, 2);
	assert_true(str_is(penalty_row(k)->division, VILLAGE));
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_casefile_gets_the_jurisdiction_of_its_field),
		cmocka_unit_test(test_a_casefile_is_opened_once),
		cmocka_unit_test(
		    test_an_item_is_with_the_town_that_has_it_that_day),
		cmocka_unit_test(test_only_who_has_the_item_may_file),
		cmocka_unit_test(
		    test_a_small_town_borrows_officers_of_its_centre),
		cmocka_unit_test(
		    test_a_filing_keeps_the_form_and_the_version_of_its_day),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
