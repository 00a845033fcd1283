/* Every reason for which mediation refuses, and that it changes nothing. */
#include "tests/lib/county.h"
#include "tests/lib/mediation_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

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

/* A good command (see mediation_kit.h) spoilt, in one state of M1 or A1. */
struct refusal {
	const char *code;
	const char *state;
	const char *command;
	const char *changes;
};

/* OF-TJ-0026 is another town's mediator, OF-ZF-0028 no mediator at all. */
static const struct refusal refusals[] = {
	/* clang-format off */
	{ "UNKNOWN_ID", "", "mediation.apply", "casefile=330122-26-0000418" },
	{ "UNKNOWN_UNIT", "", "mediation.apply", "unit=330122109-XX" },
	{ "UNKNOWN_OFFICER", "", "mediation.apply", "officer=OF-TJ-9999" },
	{ "KIND_EXCLUDED", "", "mediation.apply", "kind=crime" },
	{ "KIND_EXCLUDED", "", "mediation.apply", "kind=adjudicated" },
	{ "PARTIES_TOO_FEW", "", "mediation.apply", "parties=" },
	{ "PARTIES_TOO_FEW", "", "mediation.apply", "parties=party-a" },
	{ "PARTIES_TOO_FEW", "", "mediation.apply", "parties=party-a|party-a" },
	{ "REFUSED_BEFORE", "ended", "mediation.apply", "" },
	{ "REFUSED_BEFORE", "ended", "mediation.apply", "parties=party-b|party-c" },
	{ "MEDIATION_OPEN", "applied", "mediation.apply", "" },
	{ "MEDIATION_OPEN", "in_mediation", "mediation.apply", "parties=party-b|party-a|party-b" },
	{ "NO_COMMITTEE", "", "mediation.apply", "level=group" },

	{ "UNKNOWN_PARTY", "applied", "mediation.consent", "party=party-c" },
	{ "CONSENTED_BEFORE", "half", "mediation.consent", "party=party-a" },
	{ "NOT_YOUR_UNIT", "applied", "mediation.consent", "unit=330122102-MC" },
	{ "UNKNOWN_UNIT", "applied", "mediation.consent", "unit=330122109-XX" },
	{ "UNKNOWN_OFFICER", "applied", "mediation.consent", "officer=OF-TJ-9999" },
	{ "UNKNOWN_OFFICER", "applied", "mediation.consent", "unit=330122109207-MC; officer=OF-TJ-9999" },
	{ "UNKNOWN_PARTY", "in_mediation", "mediation.decline", "party=party-c" },
	{ "NOT_YOUR_UNIT", "in_mediation", "mediation.decline", "unit=330122102-MC" },

	{ "NOT_YOUR_UNIT", "in_mediation", "mediation.climb", "unit=330122109-MC" },
	{ "REASON_MISSING", "in_mediation", "mediation.climb", "reason= " },
	{ "NOT_YOUR_UNIT", "in_mediation", "mediation.fail", "unit=330122109-MC" },
	{ "WAYS_MISSING", "in_mediation", "mediation.fail", "ways=" },
	{ "WAYS_MISSING", "in_mediation", "mediation.fail", "ways=  " },
	{ "HIGHER_LEVEL", "in_mediation", "mediation.fail", "" },

	{ "NOT_YOUR_UNIT", "in_mediation", "agreement.make", "unit=330122109-MC" },
	{ "UNKNOWN_OFFICER", "in_mediation", "agreement.make", "officer=OF-TJ-9999" },
	{ "NOT_A_MEDIATOR", "in_mediation", "agreement.make", "officer=OF-ZF-0028" },
	{ "NOT_A_MEDIATOR", "in_mediation", "agreement.make", "officer=OF-TJ-0026" },
	{ "NOT_A_MEDIATOR", "in_mediation", "agreement.make", "form=oral; officer=OF-TJ-0026" },
	{ "SIGNATURE_MISSING", "in_mediation", "agreement.make", "signed_by=party-a" },
	{ "SIGNATURE_MISSING", "in_mediation", "agreement.make", "signed_by=" },
	{ "UNKNOWN_PARTY", "in_mediation", "agreement.make", "signed_by=party-a|party-b|party-c" },
	{ "SEAL_MISSING", "in_mediation", "agreement.make", "sealed=no" },
	{ "PERFORM_BY_BAD", "in_mediation", "agreement.make", "perform_by=2026-03-18T09:00+08:00" },
	{ "PERFORM_BY_BAD", "in_mediation", "agreement.make", "perform_by=2999-01-01T09:00+08:00" },

	{ "NOT_JOINT", "made", "agreement.ask_confirmation", "parties=party-a" },
	{ "NOT_JOINT", "made", "agreement.ask_confirmation", "parties=" },
	{ "UNKNOWN_PARTY", "made", "agreement.ask_confirmation", "parties=party-a|party-b|party-c" },
	{ "NOT_YOUR_UNIT", "made", "agreement.ask_confirmation", "unit=330122102-MC" },
	{ "NOT_YOUR_UNIT", "made", "agreement.perform", "unit=330122102-MC" },
	{ "UNKNOWN_ID", "made", "agreement.perform", "agreement=330122-26-0000417/M1" },
	{ "UNKNOWN_ID", "made", "agreement.perform", "agreement=330122-26-0000417/A2" },
	/* clang-format on */
};

/* What needs another level, or a later day. */
static const char *const elsewhere[] = {
	"TOP_LEVEL",     /* test_mediation_levels.c */
	"WINDOW_PASSED", /* below */
};

static struct kit *
kit_for(const struct refusal *r)
{
	return r->state[0] != '\0' ? mediation_kit_in(county, r->state)
				   : mediation_kit_new(county);
}

static void
test_each_refusal_names_its_code_and_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct kit *k = kit_for(r);
		const char *m1 = kit_state(k, M1), *a1 = kit_state(k, A1);
		const struct msg_command_refused *said;

		assert_false(mediation_send(k, words, r->command, r->changes));
		assert_string_equal(kit_refusal(k), r->code);
		assert_int_equal(kit_n(k), 1);
		said = KIT_SAID(k, command_refused, 0);
		assert_non_null(said);
		assert_true(str_is(said->command, r->command));
		assert_string_equal(kit_state(k, M1), m1);
		assert_string_equal(kit_state(k, A1), a1);
		kit_free(&k);
	}
}

static bool
is_refused_by_a_row(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (strcmp(refusals[i].code, code) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		if (strcmp(elsewhere[i], code) == 0)
			return true;
	return false;
}

static void
test_every_reason_is_hit_by_a_row(void **state)
{
	const struct machine *m = &mediation_machine;

	(void)state;
	for (size_t i = 0; i < m->n_reasons; i++)
		if (!is_refused_by_a_row(m->reasons[i].code))
			fail_msg("%s is never refused", m->reasons[i].code);
}

static void
test_the_court_is_asked_within_thirty_days(void **state)
{
	static const struct {
		const char *at;
		const char *code;
	} rows[] = {
		{ "2026-04-17T23:59:59+08:00", "" },
		{ "2026-04-18T00:00:00+08:00", "WINDOW_PASSED" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = mediation_kit_in(county, "in_mediation");

		assert_true(mediation_send(k, words, "agreement.make",
		    "perform_by=2026-06-01T00:00+08:00"));
		kit_at(k, rows[i].at);
		(void)mediation_do(k, &msg_agreement_ask_confirmation_desc);
		assert_string_equal(kit_refusal(k), rows[i].code);
		kit_free(&k);
	}
}

static void
test_whoever_has_refused_is_not_asked_again_but_others_are(void **state)
{
	struct kit *k = mediation_kit_in(county, "ended");

	(void)state;
	assert_true(mediation_send(
	    k, words, "mediation.apply", "parties=party-a|party-c|party-a"));
	assert_int_equal(KIT_SAID(k, mediation_applied, 0)->parties.n, 2);
	assert_string_equal(kit_state(k, CASE_ID "/M2"), "applied");
	kit_free(&k);
	/* Silence is no refusal. */
	k = mediation_kit_in(county, "half");
	(void)kit_fire(k, "overdue", M1, "consent");
	assert_true(mediation_do(k, &msg_mediation_apply_desc));
	assert_string_equal(kit_state(k, CASE_ID "/M2"), "applied");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_refusal_names_its_code_and_changes_nothing),
		cmocka_unit_test(test_every_reason_is_hit_by_a_row),
		cmocka_unit_test(test_the_court_is_asked_within_thirty_days),
		cmocka_unit_test(
		    test_whoever_has_refused_is_not_asked_again_but_others_are),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
