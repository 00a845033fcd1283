/* Longer ways of a mediation: who speaks, who mediates, what is performed. */
#include "tests/lib/county.h"
#include "tests/lib/mediation_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct registry *county;
static struct arena *words;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	words = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&words);
	registry_free(&county);
	return 0;
}

static void
test_mediators_come_from_the_committee_or_from_above(void **state)
{
	static const struct {
		const char *officer;
		bool ok;
	} rows[] = {
		{ "officer=OF-TJ-0031", true },  /* the town's */
		{ "officer=OF-TJ-0001", true },  /* the county's */
		{ "officer=OF-TJ-0020", false }, /* another place's */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = mediation_kit_in(county, "in_mediation");

		assert_int_equal(
		    mediation_send(k, words, "agreement.make", rows[i].officer),
		    rows[i].ok);
		kit_free(&k);
	}
}

static void
test_parties_speak_at_the_committee_or_at_a_desk(void **state)
{
	static const struct {
		const char *unit;
		bool ok;
	} rows[] = {
		/* clang-format off */
		{ "unit=" COMMITTEE, true },
		{ "unit=" VILLAGE "-V", true },      /* the village */
		{ "unit=330122109-CMD", true },      /* the town's room */
		{ "unit=330122-GLZX", true },        /* the county's centre */
		{ "unit=330122-RX", true },          /* its hotline desk */
		{ "unit=330122109-PCS", false },
		{ "unit=330122109-MC", false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = mediation_kit_in(county, "applied");

		assert_int_equal(
		    mediation_send(k, words, "mediation.consent", rows[i].unit),
		    rows[i].ok);
		kit_free(&k);
	}
	/* Whoever applied may hear them as well. */
	struct kit *k = mediation_kit_new(county);

	assert_true(
	    mediation_send(k, words, "mediation.apply", "unit=330122109-PCS"));
	assert_true(mediation_send(
	    k, words, "mediation.consent", "unit=330122109-PCS"));
	kit_free(&k);
}

static void
test_late_performance_is_said_to_be_late(void **state)
{
	struct kit *k = mediation_kit_in(county, "made");

	(void)state;
	kit_at(k, "2026-04-17T23:59:59+08:00");
	assert_true(mediation_do(k, &msg_agreement_perform_desc));
	assert_false(KIT_SAID(k, agreement_performed, 0)->late);
	kit_free(&k);
	/* Before anybody has fired the limit. */
	k = mediation_kit_in(county, "made");
	kit_at(k, "2026-04-18T00:00:00+08:00");
	assert_true(mediation_do(k, &msg_agreement_perform_desc));
	assert_true(KIT_SAID(k, agreement_performed, 0)->late);
	assert_true(agreement_row(k)->late);
	kit_free(&k);
	k = mediation_kit_in(county, "breached");
	assert_true(mediation_do(k, &msg_agreement_perform_desc));
	assert_true(KIT_SAID(k, agreement_performed, 0)->late);
	kit_free(&k);
}

static void
test_only_its_own_agreement_closes_a_mediation(void **state)
{
	struct kit *k = mediation_kit_in(county, "made");

	(void)state;
	assert_true(mediation_send(
	    k, words, "mediation.apply", "parties=party-c|party-d"));
	assert_true(mediation_send(k, words, "mediation.consent",
	    "mediation=" CASE_ID "/M2; party=party-c"));
	assert_true(mediation_send(k, words, "mediation.consent",
	    "mediation=" CASE_ID "/M2; party=party-d"));
	assert_true(mediation_send(k, words, "agreement.make",
	    "mediation=" CASE_ID "/M2; signed_by=party-c|party-d"));
	assert_string_equal(kit_state(k, CASE_ID "/A2"), "made");
	assert_true(mediation_send(
	    k, words, "agreement.perform", "agreement=" CASE_ID "/A2"));
	assert_string_equal(kit_state(k, CASE_ID "/M2"), "closed");
	assert_string_equal(kit_state(k, M1), "agreed");
	assert_string_equal(kit_state(k, A1), "made");
	kit_free(&k);
}

static void
test_it_lies_where_the_casefile_lies(void **state)
{
	struct kit *k = mediation_kit_new(county);

	(void)state;
	kit_place(k, "330122");
	assert_true(mediation_do(k, &msg_mediation_apply_desc));
	assert_true(str_is(mediation_row(k)->unit, COMMITTEE));
	assert_true(str_is(mediation_row(k)->division, VILLAGE));
	mediation_consent_all(k);
	assert_true(mediation_do(k, &msg_agreement_make_desc));
	assert_true(str_is(agreement_row(k)->division, VILLAGE));
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_mediators_come_from_the_committee_or_from_above),
		cmocka_unit_test(
		    test_parties_speak_at_the_committee_or_at_a_desk),
		cmocka_unit_test(test_late_performance_is_said_to_be_late),
		cmocka_unit_test(
		    test_only_its_own_agreement_closes_a_mediation),
		cmocka_unit_test(test_it_lies_where_the_casefile_lies),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
