/* Life cycle of a penalty case: every move, every limit, and no others. */
#include "tests/lib/county.h"
#include "tests/lib/penalty_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct registry *county;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	registry_free(&county);
	return 0;
}

static void
test_the_tables_are_sound(void **state)
{
	(void)state;
	assert_null(machine_check(&enforcement_machine));
}

/* One command in one state, all at 2026-03-18 09:00 (a Wednesday). */
struct move_row {
	const char *from;
	const struct msg_desc *command;
	const char *to;
	const struct msg_desc *fact;
	const char *armed; /* limit, and when it is due */
	const char *due;
	const char *met; /* limit that no longer runs */
};

#define C(m) &msg_##m##_desc
#define D90 "2026-06-16T23:59:59+08:00"
#define WD5 "2026-03-25T23:59:59+08:00"
static const struct move_row move_rows[] = {
	/* clang-format off */
	{ "", C(penalty_file), "filed", C(penalty_filed), "decide", D90, NULL },
	{ "filed", C(penalty_add_evidence), "filed", C(penalty_evidence_added), "decide", D90, NULL },
	{ "concluded", C(penalty_add_evidence), "concluded", C(penalty_evidence_added), "decide", D90, NULL },
	{ "concluded", C(penalty_conclude), "concluded", C(penalty_concluded), "decide", D90, NULL },
	{ "concluded", C(penalty_notice), "noticed", C(penalty_noticed), "statement", WD5, NULL },
	{ "noticed", C(penalty_state), "heard", C(penalty_heard), NULL, NULL, "statement" },
	{ "heard", C(review_ask), "reviewing", C(review_asked), "review", WD5, NULL },
	{ "reviewing", C(review_pass), "cleared", C(review_passed), NULL, NULL, "review" },
	{ "reviewing", C(review_return), "concluded", C(review_returned), NULL, NULL, "review" },
	{ "cleared", C(penalty_decide), "decided", C(penalty_decided), "serve", "2026-03-27T23:59:59+08:00", "decide" },
	{ "decided", C(penalty_serve), "served", C(penalty_served), "pay", "2026-04-02T23:59:59+08:00", "serve" },
	{ "served", C(penalty_close), "closed", C(penalty_closed), NULL, NULL, "pay" },
	{ "filed", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "decide" },
	{ "concluded", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "decide" },
	{ "noticed", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "statement" },
	{ "heard", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "decide" },
	{ "reviewing", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "review" },
	{ "cleared", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "decide" },
	{ "at_judicial", C(penalty_end), "ended", C(penalty_ended), NULL, NULL, "ask_back" },
	{ "filed", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "concluded", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "noticed", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "heard", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "reviewing", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "cleared", C(penalty_transfer), "at_judicial", C(penalty_transferred), "ask_back", "2026-04-17T23:59:59+08:00", NULL },
	{ "at_judicial", C(penalty_take_back), "filed", C(penalty_taken_back), "decide", NULL, "ask_back" },
	/* clang-format on */
};

static void
test_every_move_leads_where_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(move_rows); i++) {
		const struct move_row *r = &move_rows[i];
		struct kit *k = r->from[0] != '\0'
				    ? penalty_kit_in(county, r->from)
				    : penalty_kit_new(county);

		assert_true(penalty_do(k, r->command));
		assert_string_equal(kit_state(k, P1), r->to);
		assert_non_null(kit_said(k, r->fact, 0));
		assert_int_equal(kit_n(k), 1);
		if (r->due != NULL)
			assert_string_equal(kit_due(k, P1, r->armed), r->due);
		if (r->met != NULL)
			assert_string_equal(kit_due(k, P1, r->met), "");
		kit_free(&k);
	}
}

static const char *const states[] = { "filed", "concluded", "noticed", "heard",
	"reviewing", "cleared", "decided", "served", "closed", "ended",
	"at_judicial" };

/* Whether the table lists this command for a penalty in STATE. */
static bool
is_listed(const char *where, const struct msg_desc *desc)
{
	const struct machine *m = &enforcement_machine;
	int from = thing_state(&m->things[THING_PENALTY], str_of(where));

	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].thing == THING_PENALTY &&
		    m->moves[i].on == desc &&
		    (m->moves[i].from & IN(from)) != 0)
			return true;
	return false;
}

static void
check_allowed(const struct kit *k, const char *where)
{
	for (size_t i = 1; i < penalty_n_commands; i++)
		assert_int_equal(kit_allowed(k, penalty_commands[i].desc->type),
		    is_listed(where, penalty_commands[i].desc));
}

static void
test_what_the_table_does_not_list_is_refused(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(states); s++) {
		struct kit *k = penalty_kit_in(county, states[s]);

		for (size_t i = 1; i < penalty_n_commands; i++) {
			const struct penalty_command *c = &penalty_commands[i];

			if (is_listed(states[s], c->desc))
				continue;
			assert_false(kit_send(k, c->desc, c->msg));
			assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
			check_allowed(k, states[s]);
			assert_string_equal(kit_state(k, P1), states[s]);
		}
		kit_free(&k);
	}
}

static void
test_an_unknown_casefile_has_nothing(void **state)
{
	struct kit *k = penalty_kit_in(county, "filed");

	(void)state;
	kit_case(k, "330122-26-0000418");
	for (size_t i = 0; i < penalty_n_commands; i++) {
		assert_false(kit_send(
		    k, penalty_commands[i].desc, penalty_commands[i].msg));
		assert_string_equal(kit_refusal(k), "UNKNOWN_ID");
	}
	assert_false(KIT_SEND(k, jurisdiction_ask, .casefile = CASE,
	    .item = STR("SR001"), .severity = STR("light"), .unit = STR(TEAM)));
	assert_string_equal(kit_refusal(k), "UNKNOWN_ID");
	kit_free(&k);
}

/* A limit runs out in one state. */
struct due_row {
	const char *state;
	const char *which;
	const char *limit;
	const char *to;
	const struct msg_desc *fact;
	const char *armed;
	const char *due;
};
static const struct due_row due_rows[] = {
	/* clang-format off */
	{ "filed", "due_soon", "decide", "filed", NULL, NULL, NULL },
	{ "filed", "overdue", "decide", "filed", NULL, NULL, NULL },
	{ "noticed", "lapsed", "statement", "heard", C(penalty_heard), NULL, NULL },
	{ "noticed", "overdue", "decide", "noticed", NULL, NULL, NULL },
	{ "reviewing", "overdue", "review", "reviewing", NULL, NULL, NULL },
	{ "cleared", "overdue", "decide", "cleared", NULL, NULL, NULL },
	{ "decided", "overdue", "serve", "decided", NULL, NULL, NULL },
	/* Counted from 2 April; 4 to 6 April are off. */
	{ "served", "overdue", "pay", "served", NULL, "close", "2026-04-17T23:59:59+08:00" },
	{ "at_judicial", "overdue", "ask_back", "at_judicial", NULL, "ask_back", "2026-05-17T23:59:59+08:00" },
	/* clang-format on */
};

static void
test_every_limit_that_runs_out_has_its_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(due_rows); i++) {
		const struct due_row *r = &due_rows[i];
		struct kit *k = penalty_kit_in(county, r->state);

		(void)kit_fire(k, r->which, P1, r->limit);
		assert_string_equal(kit_state(k, P1), r->to);
		assert_int_equal(kit_n(k), r->fact != NULL ? 1 : 0);
		if (r->fact != NULL)
			assert_non_null(kit_said(k, r->fact, 0));
		if (r->armed != NULL)
			assert_string_equal(kit_due(k, P1, r->armed), r->due);
		kit_free(&k);
	}
}

static void
test_an_unpaid_fine_becomes_the_units_duty_to_close(void **state)
{
	struct kit *k = penalty_kit_in(county, "served");

	(void)state;
	assert_string_equal(kit_due(k, P1, "close"), "");
	(void)kit_fire(k, "overdue", P1, "pay");
	(void)kit_fire(k, "overdue", P1, "close");
	assert_string_equal(kit_state(k, P1), "served");
	assert_true(penalty_do(k, &msg_penalty_close_desc));
	assert_int_equal(penalty_row(k)->paid_fen, 30000);
	kit_free(&k);
}

static void
test_a_case_decided_after_ninety_days_is_late(void **state)
{
	struct kit *k = penalty_kit_in(county, "cleared");

	(void)state;
	kit_at(k, "2026-06-16T23:59:59+08:00");
	assert_true(penalty_do(k, &msg_penalty_decide_desc));
	assert_false(KIT_SAID(k, penalty_decided, 0)->late);
	kit_free(&k);
	/* Before anybody has fired the limit. */
	k = penalty_kit_in(county, "cleared");
	kit_at(k, "2026-06-17T00:00:00+08:00");
	assert_true(penalty_do(k, &msg_penalty_decide_desc));
	assert_true(KIT_SAID(k, penalty_decided, 0)->late);
	kit_free(&k);
	k = penalty_kit_in(county, "cleared");
	(void)kit_run_until(k, "2026-06-17T00:00:00+08:00");
	assert_true(penalty_row(k)->late);
	assert_true(penalty_do(k, &msg_penalty_decide_desc));
	assert_true(KIT_SAID(k, penalty_decided, 0)->late);
	kit_free(&k);
}

static void
test_a_party_that_is_silent_was_heard_when_its_window_closes(void **state)
{
	struct kit *k = penalty_kit_in(county, "noticed");

	(void)state;
	assert_int_equal(kit_run_until(k, "2026-03-25T23:59:58+08:00"), 0);
	assert_int_equal(kit_run_until(k, "2026-03-25T23:59:59+08:00"), 1);
	assert_string_equal(kit_state(k, P1), "heard");
	assert_true(str_is(penalty_row(k)->heard, "window_over"));
	kit_free(&k);
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
		cmocka_unit_test(
		    test_an_unpaid_fine_becomes_the_units_duty_to_close),
		cmocka_unit_test(test_a_case_decided_after_ninety_days_is_late),
		cmocka_unit_test(
		    test_a_party_that_is_silent_was_heard_when_its_window_closes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
