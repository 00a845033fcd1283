/* Life cycles of mediation: every move, every limit, and no others. */
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

static void
test_the_tables_are_sound(void **state)
{
	(void)state;
	assert_null(machine_check(&mediation_machine));
}

/* One command in one state, all at 2026-03-18 09:00 (a Wednesday). */
struct move_row {
	const char *from;
	const char *command;
	const char *changes;
	const char *to;     /* of M1 */
	const char *agreed; /* of A1, "" when there is none */
	size_t n_facts;
	const struct msg_desc *fact;
	const char *armed; /* limit of M1 or A1, and when it is due */
	const char *due;
	const char *met; /* limit that no longer runs */
};

#define C(m) &msg_##m##_desc
#define WD3 "2026-03-23T23:59:59+08:00"
#define D7 "2026-03-25T23:59:59+08:00"
#define D30 "2026-04-17T23:59:59+08:00"
static const struct move_row move_rows[] = {
	/* clang-format off */
	{ "", "mediation.apply", "", "applied", "", 1, C(mediation_applied), "consent", WD3, NULL },
	{ "applied", "mediation.consent", "", "applied", "", 1, C(mediation_consented), "consent", WD3, NULL },
	{ "half", "mediation.consent", "party=party-b", "in_mediation", "", 2, C(mediation_accepted), "level", D7, "consent" },
	{ "half", "mediation.consent", "party=party-b", "in_mediation", "", 2, C(mediation_consented), "total", D30, "consent" },
	{ "applied", "mediation.decline", "", "ended", "", 1, C(mediation_ended), NULL, NULL, "consent" },
	{ "half", "mediation.decline", "party=party-a", "ended", "", 1, C(mediation_ended), NULL, NULL, "consent" },
	{ "in_mediation", "mediation.decline", "", "ended", "", 1, C(mediation_ended), NULL, NULL, "total" },
	{ "in_mediation", "mediation.climb", "", "applied", "", 1, C(mediation_climbed), "consent", WD3, "level" },
	{ "in_mediation", "agreement.make", "", "agreed", "made", 1, C(agreement_made), "confirm", D30, "total" },
	{ "in_mediation", "agreement.make", "form=oral; signed_by=; sealed=no", "agreed", "made", 1, C(agreement_made), "part", D30, "level" },
	{ "in_mediation", "agreement.make", "perform_by=2026-05-01T12:00:30+08:00", "agreed", "made", 1, C(agreement_made), "part", "2026-05-01T12:00:30+08:00", "level" },
	{ "made", "agreement.ask_confirmation", "", "agreed", "confirming", 1, C(agreement_confirmation_asked), "part", D30, "confirm" },
	{ "made", "agreement.perform", "", "closed", "performed", 2, C(agreement_performed), NULL, NULL, "confirm" },
	{ "made", "agreement.perform", "", "closed", "performed", 2, C(mediation_closed), NULL, NULL, "part" },
	{ "confirming", "agreement.perform", "", "closed", "performed", 2, C(mediation_closed), NULL, NULL, "part" },
	{ "breached", "agreement.perform", "", "closed", "performed", 2, C(mediation_closed), NULL, NULL, "part" },
	/* clang-format on */
};

static const char *
due_of(struct kit *k, const char *limit)
{
	const char *due = kit_due(k, M1, limit);

	return due[0] != '\0' ? due : kit_due(k, A1, limit);
}

static struct kit *
kit_in(const char *from)
{
	return from[0] != '\0' ? mediation_kit_in(county, from)
			       : mediation_kit_new(county);
}

static void
test_every_move_leads_where_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(move_rows); i++) {
		const struct move_row *r = &move_rows[i];
		struct kit *k = kit_in(r->from);

		assert_true(mediation_send(k, words, r->command, r->changes));
		assert_string_equal(kit_state(k, M1), r->to);
		assert_string_equal(kit_state(k, A1), r->agreed);
		assert_int_equal(kit_n(k), r->n_facts);
		assert_non_null(kit_said(k, r->fact, 0));
		if (r->due != NULL)
			assert_string_equal(due_of(k, r->armed), r->due);
		if (r->met != NULL)
			assert_string_equal(due_of(k, r->met), "");
		kit_free(&k);
	}
}

/* Whether the table lists this command for THING in STATE. */
static bool
is_listed(int thing, const char *where, const struct msg_desc *desc)
{
	const struct machine *m = &mediation_machine;
	int from = thing_state(&m->things[thing], str_of(where));

	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].thing == thing && m->moves[i].on == desc &&
		    m->moves[i].aim == AIM_ID &&
		    (m->moves[i].from & IN(from)) != 0)
			return true;
	return false;
}

/* Every command on a thing in STATE that the table does not list there. */
static void
check_unlisted(int thing, const char *where)
{
	struct kit *k = mediation_kit_in(county, where);
	const char *id = thing == THING_MEDIATION ? M1 : A1;

	for (size_t i = 1; i < mediation_n_commands; i++) {
		const struct msg_desc *d = mediation_commands[i].desc;

		if (is_listed(thing, where, d) ||
		    (d->fields[0].name[0] == 'm') !=
			(id[strlen(CASE_ID) + 1] == 'M'))
			continue;
		assert_false(mediation_do(k, d));
		assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
		for (size_t c = 1; c < mediation_n_commands; c++)
			assert_int_equal(
			    kit_allowed(k, mediation_commands[c].desc->type),
			    is_listed(
				thing, where, mediation_commands[c].desc));
		assert_string_equal(kit_state(k, id), where);
	}
	kit_free(&k);
}

static void
test_what_the_table_does_not_list_is_refused(void **state)
{
	static const char *const mediations[] = { "applied", "in_mediation",
		"agreed", "ended", "closed" };
	static const char *const agreements[] = { "made", "confirming",
		"breached", "performed" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mediations); i++)
		check_unlisted(THING_MEDIATION, mediations[i]);
	for (size_t i = 0; i < ARRAY_LEN(agreements); i++)
		check_unlisted(THING_AGREEMENT, agreements[i]);
}

static void
test_an_unknown_casefile_has_nothing(void **state)
{
	struct kit *k = mediation_kit_in(county, "made");

	(void)state;
	kit_case(k, "330122-26-0000418");
	for (size_t i = 0; i < mediation_n_commands; i++) {
		assert_false(mediation_do(k, mediation_commands[i].desc));
		assert_string_equal(kit_refusal(k), "UNKNOWN_ID");
	}
	kit_free(&k);
}

/* A limit runs out in one state. */
struct due_row {
	const char *from;
	const char *thing;
	const char *which;
	const char *limit;
	const char *to; /* of THING */
	const struct msg_desc *fact;
	const char *why; /* of mediation.ended */
	const char *armed;
	const char *due;
};
static const struct due_row due_rows[] = {
	/* clang-format off */
	{ "applied", M1, "overdue", "consent", "ended", C(mediation_ended), "no_consent", NULL, NULL },
	{ "half", M1, "overdue", "consent", "ended", C(mediation_ended), "no_consent", NULL, NULL },
	{ "in_mediation", M1, "due_soon", "level", "in_mediation", NULL, NULL, "level", D7 },
	/* Counted from the 25th, when the level's time was over. */
	{ "in_mediation", M1, "overdue", "level", "applied", C(mediation_climbed), NULL, "consent", "2026-03-30T23:59:59+08:00" },
	{ "in_mediation", M1, "overdue", "total", "ended", C(mediation_ended), "time_over", NULL, NULL },
	{ "made", A1, "lapsed", "confirm", "made", NULL, NULL, "part", D30 },
	{ "made", A1, "overdue", "part", "breached", C(agreement_breached), NULL, "confirm", D30 },
	{ "confirming", A1, "overdue", "part", "breached", C(agreement_breached), NULL, NULL, NULL },
	{ "breached", A1, "lapsed", "confirm", "breached", NULL, NULL, NULL, NULL },
	/* clang-format on */
};

static void
test_every_limit_that_runs_out_has_its_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(due_rows); i++) {
		const struct due_row *r = &due_rows[i];
		struct kit *k = mediation_kit_in(county, r->from);

		(void)kit_fire(k, r->which, r->thing, r->limit);
		assert_string_equal(kit_state(k, r->thing), r->to);
		assert_int_equal(kit_n(k), r->fact != NULL ? 1 : 0);
		if (r->fact != NULL)
			assert_non_null(kit_said(k, r->fact, 0));
		if (r->why != NULL)
			assert_true(str_is(
			    KIT_SAID(k, mediation_ended, 0)->why, r->why));
		if (r->armed != NULL)
			assert_string_equal(due_of(k, r->armed), r->due);
		kit_free(&k);
	}
}

static void
test_an_end_leaves_no_limit_behind(void **state)
{
	static const char *const ends[] = { "ended", "closed" };
	static const char *const limits[] = { "consent", "level", "total",
		"confirm", "part" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct kit *k = mediation_kit_in(county, ends[i]);

		for (size_t l = 0; l < ARRAY_LEN(limits); l++)
			assert_string_equal(due_of(k, limits[l]), "");
		kit_free(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_tables_are_sound),
		cmocka_unit_test(test_every_move_leads_where_the_table_says),
		cmocka_unit_test(test_what_the_table_does_not_list_is_refused),
		cmocka_unit_test(test_an_unknown_casefile_has_nothing),
		cmocka_unit_test(test_every_limit_that_runs_out_has_its_effect),
		cmocka_unit_test(test_an_end_leaves_no_limit_behind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
