/* Events as lines for people (cli/print.h). */
#include "cli/columns.h"
#include "cli/print.h"
#include "tests/lib/codec.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASEFILE "330122-26-0000417"
#define ROOM ((size_t)1 << 20)

struct desk {
	struct registry *registry;
	struct printer printer;
	struct buf line;
	struct buf data;
	int64_t at;
};

static int
setup(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	d->registry = county_new();
	d->printer.registry = d->registry;
	d->printer.arena = arena_new((size_t)4 << 20);
	d->at = county_time("2026-03-18T09:02:00+08:00");
	buf_init(&d->line, ROOM);
	buf_init(&d->data, ROOM);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	registry_free(&d->registry);
	arena_free(&d->printer.arena);
	free(d);
	return 0;
}

/* Each test begins like a new terminal. */
static struct desk *
fresh(void **state)
{
	struct desk *d = *state;

	d->printer.registry = d->registry;
	d->printer.colour = false;
	d->printer.width = 0;
	d->printer.day = clock_day(d->at);
	return d;
}

static void
print(struct desk *d, const struct msg_desc *desc, const void *msg)
{
	struct msg_envelope env = { .specversion = STR("1.0"),
		.id = STR("1"),
		.source = STR("/dispatcher"),
		.type = str_of(desc->type),
		.subject = STR(CASEFILE),
		.division = STR("330122109215") };

	buf_reset(&d->data);
	msg_encode(desc, msg, &d->data);
	env.data = buf_get(&d->data);
	buf_reset(&d->line);
	print_event(&d->printer, &env, d->at, &d->line);
}

static void
expect(struct desk *d, const char *line)
{
	buf_char(&d->line, '\0');
	assert_string_equal(d->line.p, line);
	buf_fini(&d->line);
}

static void
test_a_line_tells_when_what_where_who_and_until(void **state)
{
	static const struct str others[] = { STR("330122-D-GAJ"),
		STR("330122-D-MZJ") };
	const struct msg_call_raised m = {
		.call = STR(CASEFILE "/C1"),
		.class = STR("emergency"),
		.unit = STR("330122109-CMD"),
		.main = STR("330122-D-YJJ"),
		.assisting = { others, 2 },
		.reason = STR("山火逼近\n毛竹林"),
		.finish_by = county_time("2026-03-18T09:30+08:00"),
	};
	struct desk *d = fresh(state);

	print(d, &msg_call_raised_desc, &m);
	expect(d, "09:02:00  call.raised              " CASEFILE
		  "  分水镇大路村        C1, emergency, 分水镇综合信息指挥室, "
		  "main 县应急管理局, assisting 县公安局、县民政局, "
		  "\"山火逼近 毛竹林\", finish until 03-18 09:30, in 28m\n");
}

static void
test_the_casefile_itself_is_not_told_twice(void **state)
{
	const struct msg_casefile_routed m = {
		.casefile = STR(CASEFILE),
		.matter = STR("CA-001"),
		.tier = STR("village"),
		.to = STR("330122109215-VC"),
		.by = STR("rule"),
	};
	struct desk *d = fresh(state);

	print(d, &msg_casefile_routed_desc, &m);
	expect(d, "09:02:00  casefile.routed          " CASEFILE
		  "  分水镇大路村        暴露垃圾, village, "
		  "to 330122109215-VC, by rule\n");
}

static void
test_of_several_limits_the_first_and_last_are_told(void **state)
{
	const struct msg_task_assigned m = {
		.task = STR(CASEFILE "/T1"),
		.unit = STR("no-such-unit"),
		.from = STR("330122109-CMD"),
		.matter = STR("CA-001"),
		.sign_by = county_time("2026-03-18T09:32+08:00"),
		.return_by = county_time("2026-03-18T10:02+08:00"),
		.finish_by = county_time("2026-03-20T11:02+08:00"),
	};
	struct desk *d = fresh(state);

	print(d, &msg_task_assigned_desc, &m);
	expect(d, "09:02:00  task.assigned            " CASEFILE
		  "  分水镇大路村        T1, no-such-unit, "
		  "from 分水镇综合信息指挥室, 暴露垃圾, "
		  "sign until 03-18 09:32, in 30m; "
		  "finish until 03-20 11:02, in 2d 2h\n");
}

static void
test_a_limit_that_has_passed_is_overdue(void **state)
{
	const struct msg_deadline_overdue m = {
		.thing = STR(CASEFILE "/T1"),
		.limit = STR("finish"),
		.unit = STR("330122-D-GAJ"),
		.due_at = county_time("2026-03-18T06:02+08:00"),
	};
	struct desk *d = fresh(state);

	print(d, &msg_deadline_overdue_desc, &m);
	expect(d, "09:02:00  deadline.overdue         " CASEFILE
		  "  分水镇大路村        T1, limit finish, 县公安局, "
		  "was due 03-18 06:02, overdue 3h\n");
}

static void
test_a_date_stands_before_the_first_line_of_a_day(void **state)
{
	const struct msg_casefile_archived m = { .casefile = STR(CASEFILE) };
	struct desk *d = fresh(state);

	d->printer.day = 0;
	print(d, &msg_casefile_archived_desc, &m);
	expect(d,
	    "2026-03-18 Wednesday\n"
	    "09:02:00  casefile.archived        " CASEFILE "  分水镇大路村\n");
	print(d, &msg_casefile_archived_desc, &m);
	expect(d,
	    "09:02:00  casefile.archived        " CASEFILE "  分水镇大路村\n");
}

static void
test_numbers_answers_and_other_casefiles_are_told(void **state)
{
	const struct msg_report_merged merged = {
		.report = STR(CASEFILE),
		.casefile = STR("330122-26-0000009"),
		.why = STR("same_place"),
	};
	const struct msg_callback_recorded answer = {
		.callback = STR(CASEFILE "/B1"),
		.unit = STR("330122-D-GAJ"),
		.outcome = STR("solved"),
		.contacted = true,
		.satisfied = STR("basic"),
	};
	const struct msg_penalty_concluded fine = {
		.penalty = STR(CASEFILE "/P1"),
		.kind = STR("fine"),
		.fine_fen = 20050,
	};
	struct desk *d = fresh(state);

	print(d, &msg_report_merged_desc, &merged);
	expect(d, "09:02:00  report.merged            " CASEFILE
		  "  分水镇大路村        casefile 330122-26-0000009, "
		  "why same_place\n");
	print(d, &msg_callback_recorded_desc, &answer);
	expect(d, "09:02:00  callback.recorded        " CASEFILE
		  "  分水镇大路村        B1, 县公安局, solved, contacted, "
		  "satisfied basic\n");
	print(d, &msg_penalty_concluded_desc, &fine);
	expect(d, "09:02:00  penalty.concluded        " CASEFILE
		  "  分水镇大路村        P1, fine, fine 200.50 yuan\n");
}

static void
test_without_a_registry_codes_are_told(void **state)
{
	const struct msg_call_unit_asked m = {
		.call = STR(CASEFILE "/C1"),
		.unit = STR("330122-D-GAJ"),
		.role = STR("main"),
		.sign_by = county_time("2026-03-18T09:12+08:00"),
		.report_in_by = county_time("2026-03-18T09:32+08:00"),
	};
	struct desk *d = fresh(state);

	d->printer.registry = NULL;
	print(d, &msg_call_unit_asked_desc, &m);
	expect(d, "09:02:00  call.unit_asked          " CASEFILE
		  "  330122109215        C1, 330122-D-GAJ, main, "
		  "sign until 03-18 09:12, in 10m; "
		  "report in until 03-18 09:32, in 30m\n");
}

/* Limits stay; it is the phrase that gives way. */
static void
test_a_terminal_bounds_the_line_and_cuts_between_characters(void **state)
{
	struct msg_call_submitted m = {
		.call = STR(CASEFILE "/C1"),
		.unit = STR("330122-D-GAJ"),
		.result = STR("火已扑灭，山民撤离，留二人守夜，明早八点再看一遍"
			      "，并教育了点火的人，登记在册，送锦旗一面"),
		.check_by = county_time("2026-03-18T10:02+08:00"),
	};
	struct desk *d = fresh(state);

	for (size_t width = 140; width < 180; width++) {
		struct str line;

		d->printer.width = width;
		print(d, &msg_call_submitted_desc, &m);
		line = str_cut(buf_get(&d->line), 0, d->line.n - 1);
		assert_true(columns_of(line) <= width);
		assert_true(columns_of(line) + 3 >= width ||
			    str_search(line, STR("…")) < line.n);
		assert_true(str_search(line, STR(", check until 03-18 10:02, "
						 "in 1h")) < line.n);
	}
	buf_fini(&d->line);
}

static void
test_colours_are_switched_on_and_off_in_pairs(void **state)
{
	const struct msg_casefile_archived m = { .casefile = STR(CASEFILE) };
	struct desk *d = fresh(state);

	d->printer.colour = true;
	print(d, &msg_casefile_archived_desc, &m);
	expect(d, "\033[2m09:02:00\033[0m  "
		  "\033[32mcasefile.archived        \033[0m" CASEFILE
		  "  分水镇大路村\n");
}

static void
test_what_is_not_known_is_shown_as_it_is(void **state)
{
	struct desk *d = fresh(state);
	struct msg_envelope env = { .type = STR("weather.changed"),
		.data = STR("\x81\xa1k\xa3\xe5\x91\xbc") };

	buf_reset(&d->line);
	print_event(&d->printer, &env, d->at, &d->line);
	assert_int_equal(str_search(buf_get(&d->line), STR("not known")), 74);
	assert_true(str_search(buf_get(&d->line),
			STR("not known to this version: {\"k\":\"呼\"}\n")) <
		    d->line.n);
	env.type = STR("call.signed");
	print_event(&d->printer, &env, d->at, &d->line);
	assert_true(
	    str_search(buf_get(&d->line),
		STR("not as this version reads it: {\"k\"")) < d->line.n);
	buf_fini(&d->line);
}

static void
test_every_message_makes_one_line(void **state)
{
	struct desk *d = fresh(state);
	struct arena *arena = arena_new((size_t)4 << 20);
	uint64_t seed = 11;

	for (size_t i = 0; i < 10 * msg_count; i++) {
		const struct msg_desc *desc = msg_all[i % msg_count];
		void *msg = arena_alloc(arena, desc->size);

		d->printer.width = i % 3 * 100;
		d->printer.colour = i % 2 == 0;
		sample_fill(desc, msg, SAMPLE_ANY, arena, &seed);
		print(d, desc, msg);
		assert_false(d->line.failed);
		assert_int_equal(
		    str_find(buf_get(&d->line), '\n'), d->line.n - 1);
		assert_true(str_utf8_ok(buf_get(&d->line)));
		arena_reset(arena);
	}
	arena_free(&arena);
	buf_fini(&d->line);
	buf_fini(&d->data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_line_tells_when_what_where_who_and_until),
		cmocka_unit_test(test_the_casefile_itself_is_not_told_twice),
		cmocka_unit_test(
		    test_of_several_limits_the_first_and_last_are_told),
		cmocka_unit_test(test_a_limit_that_has_passed_is_overdue),
		cmocka_unit_test(
		    test_a_date_stands_before_the_first_line_of_a_day),
		cmocka_unit_test(
		    test_numbers_answers_and_other_casefiles_are_told),
		cmocka_unit_test(test_without_a_registry_codes_are_told),
		cmocka_unit_test(
		    test_a_terminal_bounds_the_line_and_cuts_between_characters),
		cmocka_unit_test(test_colours_are_switched_on_and_off_in_pairs),
		cmocka_unit_test(test_what_is_not_known_is_shown_as_it_is),
		cmocka_unit_test(test_every_message_makes_one_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
