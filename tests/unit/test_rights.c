/* What a client may do, and how often: by table. */
#include "services/bus/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define GRANTS_MAX 6

/* "publish call.*" ... until NULL, as a client. */
static struct client
client_of(const char *const grants[GRANTS_MAX], struct right *rights)
{
	struct client c = { .name = STR("grid"), .rights = rights };

	for (size_t i = 0; i < GRANTS_MAX && grants[i] != NULL; i++) {
		struct str pattern = str_of(grants[i]), verb;

		assert_true(str_next(&pattern, ' ', &verb));
		if (!rights_parse(verb, pattern, &rights[c.n_rights++]))
			fail_msg("'%s' is no grant", grants[i]);
	}
	return c;
}

static void
test_a_grant_is_a_verb_and_its_kind_of_pattern(void **state)
{
	static const struct {
		const char *verb;
		const char *pattern;
		bool good;
	} rows[] = {
		/* clang-format off */
		{ "publish", "*", true },
		{ "publish", "call.*/330122109", true },
		{ "publish", "call", false },
		{ "publish", "", false },
		{ "publish", "/grid", false },
		{ "read", "call.raised", true },
		{ "read", "call.raised/33012", false },
		{ "live", "*", true },
		{ "live", "call.*", false },
		{ "live", "", false },
		{ "ring", "*", true },
		{ "ring", "x.y", false },
		{ "source", "/grid", true },
		{ "source", "/grid/app-1", true },
		{ "source", "grid", false },
		{ "source", "/", false },
		{ "source", "/grid/", false },
		{ "source", "/grid*", false },
		{ "source", "/网格", false },
		{ "source", "/123456789012345678901234567890123456789012345678"
		    "90123456789012345678901234567890123456789012345", true },
		{ "source", "/123456789012345678901234567890123456789012345678"
		    "901234567890123456789012345678901234567890123456", false },
		{ "Publish", "*", false },
		{ "write", "*", false },
		{ "", "*", false },
		/* clang-format on */
	};
	struct right r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rights_parse(str_of(rows[i].verb), str_of(rows[i].pattern),
			&r) != rows[i].good)
			fail_msg("'%s %s' is%s one", rows[i].verb,
			    rows[i].pattern, rows[i].good ? "" : " not");
}

static void
test_publishing_is_decided_by_source_then_type_then_division(void **state)
{
	static const struct {
		const char *grants[GRANTS_MAX];
		const char *type;
		const char *division;
		const char *source;
		const char *code; /* NULL: it may */
		const char *field;
	} rows[] = {
		/* clang-format off */
		{ { NULL }, "call.raise", "330122", "/grid",
		    "SOURCE_MISMATCH", "source" },
		{ { "source /grid" }, "call.raise", "330122", "/grid",
		    "NOT_GRANTED", "type" },
		{ { "source /grid", "publish *" }, "call.raise", "", "/grid",
		    NULL, NULL },
		{ { "source /grid", "publish *" }, "call.raise", "", "/grid/7",
		    NULL, NULL },
		{ { "source /grid", "publish *" }, "call.raise", "", "/grid7",
		    "SOURCE_MISMATCH", "source" },
		{ { "source /grid", "publish *" }, "call.raise", "", "/gri",
		    "SOURCE_MISMATCH", "source" },
		{ { "source /grid", "publish *" }, "call.raise", "", "/hot/grid",
		    "SOURCE_MISMATCH", "source" },
		{ { "source /a", "source /b/c", "publish *" }, "call.raise", "",
		    "/b/c", NULL, NULL },
		{ { "source /a", "source /b/c", "publish *" }, "call.raise", "",
		    "/b", "SOURCE_MISMATCH", "source" },
		{ { "source /g", "publish call.*" }, "call.raise", "330122",
		    "/g", NULL, NULL },
		{ { "source /g", "publish call.*" }, "callback.record", "330122",
		    "/g", "NOT_GRANTED", "type" },
		{ { "source /g", "publish call.raise" }, "call.grade", "330122",
		    "/g", "NOT_GRANTED", "type" },
		{ { "source /g", "publish call.*/330122109" }, "call.raise",
		    "330122109", "/g", NULL, NULL },
		{ { "source /g", "publish call.*/330122109" }, "call.raise",
		    "330122109215", "/g", NULL, NULL },
		{ { "source /g", "publish call.*/330122109" }, "call.raise",
		    "330122108", "/g", "NOT_GRANTED", "division" },
		{ { "source /g", "publish call.*/330122109" }, "call.raise",
		    "330122", "/g", "NOT_GRANTED", "division" },
		{ { "source /g", "publish call.*/330122109" }, "call.raise", "",
		    "/g", "NOT_GRANTED", "division" },
		{ { "source /g", "publish call.*/330122109" }, "task.sign",
		    "330122109", "/g", "NOT_GRANTED", "type" },
		{ { "source /g", "publish call.*/330122109",
		    "publish task.*/330122108" }, "task.sign", "330122109",
		    "/g", "NOT_GRANTED", "division" },
		{ { "source /g", "publish call.*/330122109",
		    "publish call.raise/330122108" }, "call.raise", "330122108",
		    "/g", NULL, NULL },
		/* Another verb's pattern is of no use. */
		{ { "source /g", "read *", "live *" }, "call.raise", "", "/g",
		    "NOT_GRANTED", "type" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct right rights[GRANTS_MAX];
		struct client c = client_of(rows[i].grants, rights);
		const char *field, *code;

		code = rights_publish(&c, str_of(rows[i].type),
		    str_of(rows[i].division), str_of(rows[i].source), &field);
		if ((code == NULL) != (rows[i].code == NULL) ||
		    (code != NULL && (strcmp(code, rows[i].code) != 0 ||
					 strcmp(field, rows[i].field) != 0)))
			fail_msg("row %zu: %s %s", i,
			    code != NULL ? code : "it may", field);
	}
}

static void
test_reading_is_decided_event_by_event(void **state)
{
	static const struct {
		const char *grants[GRANTS_MAX];
		const char *type;
		const char *division;
		bool may;
	} rows[] = {
		/* clang-format off */
		{ { NULL }, "call.raised", "330122", false },
		{ { "publish *", "live *" }, "call.raised", "330122", false },
		{ { "read *" }, "registry.changed", "", true },
		{ { "read */330122" }, "registry.changed", "", false },
		{ { "read */330122" }, "call.raised", "330122109", true },
		{ { "read call.*", "read task.signed" }, "task.signed", "",
		    true },
		{ { "read call.*", "read task.signed" }, "task.sign", "",
		    false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct right rights[GRANTS_MAX];
		struct client c = client_of(rows[i].grants, rights);

		if (rights_read(&c, str_of(rows[i].type),
			str_of(rows[i].division)) != rows[i].may)
			fail_msg("row %zu", i);
	}
}

static void
test_a_reader_opens_what_it_may_read_a_part_of(void **state)
{
	static const struct {
		const char *grants[GRANTS_MAX];
		const char *topic;
		const char *division;
		bool opens;
	} rows[] = {
		/* clang-format off */
		{ { NULL }, "", "", false },
		{ { "live *" }, "", "", false },
		{ { "read *" }, "", "", true },
		{ { "read *" }, "no.such", "330122", true },
		{ { "read call.*" }, "", "", true },
		{ { "read call.*" }, "c", "", true },
		{ { "read call.*" }, "call", "", true },
		{ { "read call.*" }, "call.", "", true },
		{ { "read call.*" }, "call.ra", "", true },
		{ { "read call.*" }, "call.raised/", "", true },
		{ { "read call.*" }, "callback.", "", false },
		{ { "read call.*" }, "callb", "", false },
		{ { "read call.*" }, "task.", "", false },
		{ { "read call.*" }, "call/", "", false },
		{ { "read call.raised" }, "call.", "", true },
		{ { "read call.raised" }, "call.raised", "", true },
		{ { "read call.raised" }, "call.raised/", "", true },
		{ { "read call.raised" }, "call.raise/", "", false },
		{ { "read call.raised" }, "call.raised2", "", false },
		{ { "read call.raise" }, "call.raised/", "", false },
		{ { "read */330122109" }, "", "330122", true },
		{ { "read */330122109" }, "", "330122109", true },
		{ { "read */330122109" }, "", "330122109215", true },
		{ { "read */330122109" }, "", "330122108", false },
		{ { "read */330122109" }, "call.raised/33012210", "", true },
		{ { "read */330122109" }, "call.raised/330122108", "", false },
		{ { "read call.*/330122109", "read task.*" }, "task.",
		    "330122108", true },
		{ { "read call.*/330122109", "read task.*" }, "call.",
		    "330122108", false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct right rights[GRANTS_MAX];
		struct client c = client_of(rows[i].grants, rights);

		if (rights_overlap(&c, str_of(rows[i].topic),
			str_of(rows[i].division)) != rows[i].opens)
			fail_msg("row %zu: '%s' in '%s'", i, rows[i].topic,
			    rows[i].division);
	}
}

/* Whatever matches a topic that opens nothing must not be readable. */
static void
test_what_may_not_be_opened_holds_nothing_readable(void **state)
{
	static const char *const patterns[] = { "*", "call.*", "call.raised",
		"*/330122", "call.*/330122109", "task.signed/330122108" };
	static const char *const types[] = { "call.raise", "call.raised",
		"callback.tried", "task.signed", "registry.changed" };
	static const char *const places[] = { "", "330122", "330122108",
		"330122109", "330122109215" };
	size_t n_closed = 0;

	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(patterns); p++)
		for (size_t t = 0; t < ARRAY_LEN(types); t++)
			for (size_t d = 0; d < ARRAY_LEN(places); d++) {
				struct right r = { .verb = VERB_READ };
				struct client c = { .rights = &r,
					.n_rights = 1 };
				char topic[64];
				size_t n;

				assert_true(
				    topic_parse(str_of(patterns[p]), &r.topic));
				n = (size_t)snprintf(topic, sizeof(topic),
				    "%s/%s", types[t], places[d]);
				for (size_t i = 0; i <= n; i++) {
					struct str cut = { topic, i };

					if (rights_overlap(&c, cut, STR("")))
						continue;
					n_closed++;
					assert_false(
					    rights_read(&c, str_of(types[t]),
						str_of(places[d])));
				}
			}
	assert_true(n_closed > 100);
}

static void
test_verbs_without_a_pattern_are_had_or_not(void **state)
{
	static const char *const live[GRANTS_MAX] = { "live *" };
	static const char *const ring[GRANTS_MAX] = { "ring *", "read *" };
	struct right rights[GRANTS_MAX];
	struct client c = client_of(live, rights);

	(void)state;
	assert_true(rights_has(&c, VERB_LIVE));
	assert_false(rights_has(&c, VERB_RING));
	assert_false(rights_has(&c, VERB_PUBLISH));
	c = client_of(ring, rights);
	assert_true(rights_has(&c, VERB_RING));
	assert_true(rights_has(&c, VERB_READ));
	assert_false(rights_has(&c, VERB_LIVE));
}

static void
test_a_local_client_may_everything(void **state)
{
	struct client c = { .name = STR("local"), .local = true };
	const char *field;

	(void)state;
	assert_null(rights_publish(
	    &c, STR("call.raise"), STR(""), STR("/any"), &field));
	assert_true(rights_read(&c, STR("call.raised"), STR("330122")));
	assert_true(rights_overlap(&c, STR("task."), STR("330122")));
	assert_true(rights_has(&c, VERB_LIVE));
	assert_true(rights_has(&c, VERB_RING));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_grant_is_a_verb_and_its_kind_of_pattern),
		cmocka_unit_test(
		    test_publishing_is_decided_by_source_then_type_then_division),
		cmocka_unit_test(test_reading_is_decided_event_by_event),
		cmocka_unit_test(
		    test_a_reader_opens_what_it_may_read_a_part_of),
		cmocka_unit_test(
		    test_what_may_not_be_opened_holds_nothing_readable),
		cmocka_unit_test(test_verbs_without_a_pattern_are_had_or_not),
		cmocka_unit_test(test_a_local_client_may_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
