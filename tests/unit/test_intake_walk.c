/* Thousands of messages in any order: nothing breaks, nothing is stranded. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASES 12
#define STEPS 6000

static struct registry *registry;
static struct kit *k;
static long n_cases = CASES;

static const char *const places[] = { "330122109215", "330122002", "330122",
	"330122109215001", "330122999", "" };
static const char *const matters[] = { "PU-011", "EN-005", "SF-008", "DP-013",
	"ZZ-999", "" };
static const char *const units[] = { "330122-RX", "330122-GLZX",
	"330122109-CMD", "330122002-CMD", "330122-D-SCJ", "330122109-B-SJS",
	"330122-NO", "" };
static const char *const channels[] = { "grid", "hotline", "app",
	"petition_desk", "sensor", "visit", "upper", "agency", "integrator" };
static const char *const kinds[] = { "other", "beyond_duty", "no_new_facts",
	"emergency_line", "unheard_of" };
static const char *const reporters[] = { "", "", "citizen", "sensor" };
static const char *const officers[] = { "", "OF-GW-0321", "OF-GW-0322",
	"OF-NO" };
static const char *const leaders[] = { "OF-LD-0001", "OF-LD-0002", "OF-GW-0321",
	"" };
#define PICK(v) str_of((v)[(size_t)random() % ARRAY_LEN(v)])

static struct str
some_case(char text[64])
{
	(void)snprintf(text, 64, "330122-26-%07ld", 400 + random() % n_cases);
	return str_of(text);
}

static void
submit(void)
{
	static char other[64];
	static struct duplicate d;
	static struct prepared p;

	d = (struct duplicate){ some_case(other), PICK(matters), "same_place",
		random() % 8 == 0, 3 };
	p = (struct prepared){ .bad_seal = random() % 20 == 0,
		.said = random() % 10 != 0,
		.named = random() % 2,
		.phone = random() % 2,
		.duplicates = &d,
		.n_duplicates = random() % 4 == 0 && d.matter.n > 0 };
	kit_extra(k, &p);
	kit_place(k, places[(size_t)random() % ARRAY_LEN(places)]);
	(void)KIT_SEND(k, report_submit, .channel = PICK(channels),
	    .reporter = PICK(reporters), .matter = PICK(matters),
	    .officer = PICK(officers),
	    .occurred_at = kit_now(k) + (random() % 3 - 1) * HOUR_MS,
	    .unit = random() % 4 == 0 ? PICK(units) : STR(""));
	kit_extra(k, NULL);
}

/* Somebody is asked to look, or answers. */
static void
check(struct str report)
{
	const struct row_report *row =
	    (const struct row_report *)kit_row(k, report.p);

	if (random() % 2)
		(void)KIT_SEND(k, report_check, .report = report,
		    .checker = row != NULL && random() % 4 == 0
				   ? row->officer
				   : PICK(officers),
		    .matter = PICK(matters), .unit = PICK(units));
	else
		(void)KIT_SEND(k, report_answer_check, .report = report,
		    .found = random() % 2,
		    .seen = random() % 4 ? STR("见") : STR(""),
		    .officer = PICK(officers));
	if (random() % 8 == 0 && kit_due(k, report.p, "check")[0] != '\0')
		(void)kit_fire(k, "overdue", report.p, "check");
}

/* A seat is booked on a number of its own; now and then the day is full. */
static void
book(void)
{
	static const char *const rooms[] = { "330122-LDR", "330122-LDR",
		"330122-GLZX", "330122-NO" };
	static struct row_seat taken[120]; /* ten with each leader */
	static struct prepared p = { .seats = { taken, 0 } };
	char text[64];
	struct str booking;
	int64_t at = kit_now(k) + (random() % 3 - 1) * DAY_MS + HOUR_MS;

	(void)snprintf(
	    text, sizeof(text), "330122-26-%07ld", 9000 + random() % 6);
	booking = str_of(text);
	p.seats.n = random() % 5 == 0 ? ARRAY_LEN(taken) : 0;
	for (size_t i = 0; i < p.seats.n; i++) {
		static char who[ARRAY_LEN(taken)][32];

		(void)snprintf(
		    who[i], sizeof(who[i]), "OF-LD-%04zu", i / 10 + 1);
		taken[i] = (struct row_seat){ STR("330122-26-0000999"),
			STR("330122-LDR"), str_of(who[i]),
			clock_day_start(clock_day(at)) };
	}
	kit_case(k, text);
	kit_place(k, "330122");
	kit_extra(k, &p);
	switch (random() % 8) {
	case 0:
	case 1:
		(void)KIT_SEND(k, booking_book, .room = PICK(rooms),
		    .channel = STR("phone"), .at = at, .matter = PICK(matters),
		    .unit = PICK(units));
		break;
	case 2:
	case 3:
	case 4:
		(void)KIT_SEND(k, booking_move, .booking = booking, .at = at,
		    .unit = PICK(units));
		break;
	case 5:
		(void)KIT_SEND(
		    k, booking_cancel, .booking = booking, .unit = PICK(units));
		break;
	case 6:
		(void)KIT_SEND(k, booking_keep, .booking = booking,
		    .leader = PICK(leaders), .unit = PICK(units));
		break;
	default:
		if (kit_due(k, text, "day")[0] != '\0')
			(void)kit_fire(k, "lapsed", text, "day");
		(void)KIT_SEND(k, booking_ask, .booking = booking,
		    .why = STR("病了"), .unit = PICK(units));
		break;
	}
	kit_extra(k, NULL);
}

static void
carry(struct str casefile)
{
	char id[80];

	(void)snprintf(id, sizeof(id), "%.*s/A1", STR_ARG(casefile));
	if (random() % 2)
		(void)KIT_SEND(k, agency_forward, .agency = str_of(id),
		    .to = random() % 4 ? STR("330122-GLZX") : STR("330122-NO"),
		    .unit = PICK(units));
	else
		(void)KIT_SEND(k, agency_return, .agency = str_of(id),
		    .unit = PICK(units));
}

/* At a door: a word before night, and back there afterwards. */
static void
visit(struct str casefile)
{
	char id[80];

	(void)snprintf(id, sizeof(id), "%.*s/V1", STR_ARG(casefile));
	if (random() % 4 == 0 && kit_due(k, id, "night")[0] != '\0')
		(void)kit_fire(k, "overdue", id, "night");
	else if (random() % 3 == 0)
		(void)KIT_SEND(k, casefile_forwarded, .casefile = casefile);
	else if (random() % 2)
		(void)KIT_SEND(k, visit_explain, .request = str_of(id),
		    .why = STR("配件明天到"), .unit = PICK(units));
	else
		(void)KIT_SEND(k, visit_look_back, .request = str_of(id),
		    .solved = random() % 2, .seen = STR("灯亮"),
		    .unit = PICK(units));
}

static void
decide(struct str report)
{
	if (random() % 6 == 0)
		(void)KIT_SEND(k, report_answer, .report = report,
		    .matter = random() % 2 ? STR("CS-001") : PICK(matters),
		    .answer = STR("周六也开"), .unit = PICK(units));
	else if (random() % 3 != 0)
		(void)KIT_SEND(k, report_accept, .report = report,
		    .matter = PICK(matters), .unit = PICK(units));
	else
		(void)KIT_SEND(k, report_refuse, .report = report,
		    .kind = PICK(kinds),
		    .way = random() % 2 ? STR("往110") : STR(""),
		    .former = random() % 4 ? STR("") : STR("330122-26-0000001"),
		    .unit = PICK(units));
}

static void
turn(struct str casefile)
{
	char task[80];

	(void)snprintf(task, sizeof(task), "%.*s/T1", STR_ARG(casefile));
	if (random() % 3 == 0)
		(void)KIT_SEND(k, deadline_overdue, .thing = str_of(task),
		    .limit = STR("finish"), .unit = STR("330122-D-SCJ"),
		    .due_at = kit_now(k));
	else if (random() % 3 == 0)
		(void)KIT_SEND(k, casefile_reopened, .casefile = casefile,
		    .n = 1, .finish_by = kit_now(k) + DAY_MS);
	else
		(void)KIT_SEND(k, casefile_closed, .casefile = casefile,
		    .matter = STR("PU-011"), .outcome = STR("solved"),
		    .handler = STR("330122-D-SCJ"),
		    .unit = STR("330122109-CMD"));
}

static void
call(struct str casefile)
{
	char id[80];

	(void)snprintf(
	    id, sizeof(id), "%.*s/B%ld", STR_ARG(casefile), 1 + random() % 4);
	if (random() % 2)
		(void)KIT_SEND(k, callback_try, .callback = str_of(id),
		    .unit = PICK(units));
	else
		(void)KIT_SEND(k, callback_record, .callback = str_of(id),
		    .solved = random() % 2, .satisfied = STR("yes"),
		    .unit = PICK(units));
}

/* A received report waits for its desk, a due callback for the call. */
static void
check_nothing_is_stranded(void)
{
	char id[80];

	for (long i = 0; i < CASES; i++) {
		(void)snprintf(id, sizeof(id), "330122-26-%07ld", 400 + i);
		if (strcmp(kit_state(k, id), "received") == 0 &&
		    kit_due(k, id, "accept")[0] == '\0')
			fail_msg("%s waits for nobody", id);
		if (strcmp(kit_state(k, id), "checking") == 0 &&
		    kit_due(k, id, "check")[0] == '\0')
			fail_msg("%s is looked at by nobody", id);
		(void)snprintf(id, sizeof(id), "330122-26-%07ld/V1", 400 + i);
		if (strcmp(kit_state(k, id), "opened") == 0 &&
		    kit_due(k, id, "night")[0] == '\0')
			fail_msg("%s has no night", id);
		if (strcmp(kit_state(k, id), "looking") == 0 &&
		    kit_due(k, id, "look_back")[0] == '\0')
			fail_msg("%s is looked at by nobody", id);
		for (long n = 1; n < 40; n++) {
			(void)snprintf(
			    id, sizeof(id), "330122-26-%07ld/B%ld", 400 + i, n);
			if (strcmp(kit_state(k, id), "due") == 0 &&
			    kit_due(k, id, "call")[0] == '\0')
				fail_msg("%s waits for nobody", id);
		}
	}
}

static void
step(void)
{
	char text[64];
	struct str casefile = some_case(text);

	kit_case(k, text);
	switch (random() % 10) {
	case 0:
	case 1:
		submit();
		break;
	case 2:
		decide(casefile);
		break;
	case 3:
		turn(casefile);
		break;
	case 4:
		check(casefile);
		break;
	case 5:
		book();
		break;
	case 6:
		carry(casefile);
		break;
	case 7:
		visit(casefile);
		break;
	default:
		call(casefile);
		break;
	}
}

static void
test_any_order_of_messages_is_borne(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 12; seed++) {
		srandom(seed);
		k = kit_new(&intake_machine, registry);
		for (size_t i = 0; i < STEPS / 12; i++) {
			step();
			check_nothing_is_stranded();
		}
		kit_free(&k);
	}
}

static void
note_reasons(bool *given)
{
	for (size_t i = 0; i < intake_machine.n_reasons; i++)
		given[i] = given[i] ||
			   kit_has_refused(k, intake_machine.reasons[i].code);
}

/* Reasons that the walks meet; the rest are hit one by one elsewhere. */
static void
test_every_reason_is_given_by_some_walk(void **state)
{
	bool given[64] = { false };

	(void)state;
	assert_true(intake_machine.n_reasons <= ARRAY_LEN(given));
	srandom(99);
	for (size_t walk = 0; walk < 100; walk++) {
		/* Much of few, or a little of many. */
		n_cases = walk % 2 ? 4 : 40;
		k = kit_new(&intake_machine, registry);
		for (size_t i = 0; i < 400; i++)
			step();
		note_reasons(given);
		kit_free(&k);
	}
	n_cases = CASES;
	for (size_t i = 0; i < intake_machine.n_reasons; i++) {
		const char *code = intake_machine.reasons[i].code;

		/* This one takes a pack that changes under a call. */
		if (!given[i] && strcmp(code, "TRIES_USED") != 0)
			fail_msg("nobody was refused for %s", code);
	}
}

static int
open_all(void **state)
{
	(void)state;
	registry = county_new();
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	registry_free(&registry);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order_of_messages_is_borne),
		cmocka_unit_test(test_every_reason_is_given_by_some_walk),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
