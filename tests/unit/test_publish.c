/* Events from words and from lines of JSON (cli/publish.h). */
#include "cli/publish.h"
#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROOM ((size_t)1 << 20)

/* Builds TYPE with FIELDS; its data as JSON in TEXT. */
static enum rc
build(const char *type, const char **fields, size_t n, char text[1024])
{
	const struct wanted w = { .type = type,
		.fields = fields,
		.n_fields = n,
		.id = "x-1",
		.source = "/cli",
		.division = "330122" };
	struct parcel_out out;
	struct msg_envelope env;
	struct wire_fault fault;
	struct buf json;
	struct err e;
	enum rc rc;

	parcel_out_init(&out);
	buf_init(&json, ROOM);
	rc = publish_build(&w, &out, &e);
	if (rc == RC_OK) {
		assert_true(wire_check(buf_get(&out.envelope), &fault));
		assert_int_equal(envelope_decode(buf_get(&out.envelope),
				     MSG_STRICT, &env, NULL),
		    RC_OK);
		assert_string_equal(out.id, "x-1");
		assert_true(str_is(env.id, "x-1"));
		assert_true(str_is(env.division, "330122"));
		wire_json(env.data, &json);
		(void)snprintf(text, 1024, "%.*s", STR_ARG(buf_get(&json)));
	}
	buf_fini(&json);
	parcel_out_fini(&out);
	return rc;
}

static void
test_words_become_values_of_the_fields_types(void **state)
{
	const char *report[] = { "channel=grid", "urgent=yes", "lat=29.5",
		"occurred_at=2026-03-18T09:30+08:00", "place=a=b",
		"attachments=[{\"kind\":\"photo\",\"sha256\":\"00\"}]" };
	const char *call[] = { "assisting=A|B|C", "approvers=" };
	const char *grade[] = { "score=93", "call=330122-26-0000417/C1" };
	char text[1024];

	(void)state;
	assert_int_equal(build("report.submit", report, 6, text), RC_OK);
	assert_string_equal(text,
	    "{\"channel\":\"grid\",\"urgent\":true,\"lat\":29.5,"
	    "\"occurred_at\":\"2026-03-18T09:30+08:00\",\"place\":\"a=b\","
	    "\"attachments\":[{\"kind\":\"photo\",\"sha256\":\"00\"}]}");
	assert_int_equal(build("call.raise", call, 2, text), RC_OK);
	assert_string_equal(
	    text, "{\"assisting\":[\"A\",\"B\",\"C\"],\"approvers\":[]}");
	assert_int_equal(build("call.grade", grade, 2, text), RC_OK);
	assert_string_equal(
	    text, "{\"score\":93,\"call\":\"330122-26-0000417/C1\"}");
}

/* The bus is the judge: what does not fit goes to it as it was written. */
static void
test_what_does_not_fit_is_left_to_the_bus(void **state)
{
	const char *bad[] = { "score=many", "nonsense=1", "attachments=x" };
	const char *unknown[] = { "a=1" };
	char text[1024];

	(void)state;
	assert_int_equal(build("call.grade", bad, 3, text), RC_OK);
	assert_string_equal(text, "{\"score\":\"many\",\"nonsense\":\"1\","
				  "\"attachments\":\"x\"}");
	assert_int_equal(build("no.such", unknown, 1, text), RC_OK);
	assert_string_equal(text, "{\"a\":\"1\"}");
}

static void
test_words_that_are_no_fields_are_refused_here(void **state)
{
	const char *rows[] = { "channel", "=grid", "" };
	char text[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    build("report.submit", &rows[i], 1, text), RC_REJECT);
}

static void
test_an_event_without_an_id_gets_one(void **state)
{
	const char *field = "channel=grid";
	const struct wanted w = { .type = "report.submit",
		.fields = &field,
		.n_fields = 1,
		.source = "/cli" };
	struct parcel_out one, two;
	struct err e;

	(void)state;
	parcel_out_init(&one);
	parcel_out_init(&two);
	assert_int_equal(publish_build(&w, &one, &e), RC_OK);
	assert_int_equal(publish_build(&w, &two, &e), RC_OK);
	assert_int_equal(strlen(one.id), 36);
	assert_string_not_equal(one.id, two.id);
	parcel_out_fini(&one);
	parcel_out_fini(&two);
}

static void
test_a_line_of_json_is_an_event_but_for_what_the_bus_added(void **state)
{
	static const char line[] =
	    "{\"specversion\":\"1.0\",\"id\":\"a-1\",\"source\":\"/x\","
	    "\"type\":\"task.sign\",\"datacontenttype\":\"application/json\","
	    "\"data\":{\"task\":\"330122-26-0000417/T1\",\"unit\":\"U\"},"
	    "\"sequence\":\"00000000000000000417\","
	    "\"recordedtime\":\"2026-03-18T05:52:37+08:00\"}";
	struct parcel_out out;
	struct msg_envelope env;

	(void)state;
	parcel_out_init(&out);
	assert_int_equal(publish_line(STR(line), &out), RC_OK);
	assert_string_equal(out.id, "a-1");
	assert_string_equal(out.type, "task.sign");
	assert_false(out.with_person);
	assert_int_equal(
	    envelope_decode(buf_get(&out.envelope), MSG_STRICT, &env, NULL),
	    RC_OK);
	assert_true(str_is(env.type, "task.sign"));
	parcel_out_fini(&out);
}

static void
test_lines_that_are_no_events_are_refused_here(void **state)
{
	static const struct {
		const char *line;
		const char *code;
		const char *field;
	} rows[] = { { "", "BAD_JSON", "event" }, { "[]", "BAD_JSON", "event" },
		{ "{", "BAD_JSON", "event" },
		{ "{\"a\":1,\"a\":2}", "BAD_JSON", "event" },
		{ "{\"a\":[[[[[[[[[[1]]]]]]]]]]}", "BAD_JSON", "event" },
		{ "{\"sealedpart\":7}", "BAD_JSON", "sealedpart" },
		{ "{\"sealedpart\":{\"phone\":1}}", "WRONG_TYPE",
		    "sealedpart" },
		{ "{\"sealedpart\":{\"nom\":\"x\"}}", "UNKNOWN_FIELD",
		    "sealedpart" },
		{ "{\"sealedpart\":{\"text\":\"a\\u001b[2J\"}}", "CONTROL_CHAR",
		    "sealedpart" },
		{ "{\"id\":\"a\\u001b[2J\"}", "CONTROL_CHAR", "event" },
		{ "{\"id\":\"a\",\"type\":\"task.sign\"}", "FIELD_MISSING",
		    "source" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct parcel_out out;

		parcel_out_init(&out);
		assert_int_equal(
		    publish_line(str_of(rows[i].line), &out), RC_REJECT);
		assert_string_equal(out.why.code, rows[i].code);
		assert_string_equal(out.why.field, rows[i].field);
		assert_true(out.why.reason[0] != '\0');
		parcel_out_fini(&out);
	}
}

static void
test_what_is_sealed_goes_beside_the_event(void **state)
{
	static const char line[] =
	    "{\"id\":\"a-1\",\"source\":\"/x\",\"type\":\"report.submit\","
	    "\"sealedpart\":{\"phone\":\"10000000000\"}}";
	const char *sealed[] = { "text=路灯不亮", "name=a=b" };
	const struct wanted w = { .type = "report.submit",
		.sealed = sealed,
		.n_sealed = 2,
		.source = "/cli" };
	struct parcel_out out;
	struct err e;

	(void)state;
	parcel_out_init(&out);
	assert_int_equal(publish_line(STR(line), &out), RC_OK);
	assert_true(out.with_person);
	assert_string_equal(out.person.phone, "10000000000");
	assert_null(out.person.text);
	assert_int_equal(
	    wire_find(buf_get(&out.envelope), STR("sealedpart")).n, 0);
	parcel_out_fini(&out);
	parcel_out_init(&out);
	assert_int_equal(publish_build(&w, &out, &e), RC_OK);
	assert_string_equal(out.person.text, "路灯不亮");
	assert_string_equal(out.person.name, "a=b");
	parcel_out_fini(&out);
	sealed[1] = "nom=x";
	parcel_out_init(&out);
	assert_int_equal(publish_build(&w, &out, &e), RC_REJECT);
	parcel_out_fini(&out);
}

static void
test_refusals_are_counted_by_code_the_most_frequent_first(void **state)
{
	struct tally t = { .n_codes = 0 };
	char many[24];
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	tally_codes(&t, &out);
	assert_int_equal(out.n, 0);
	tally_code(&t, "BAD_ENUM");
	tally_code(&t, "UNKNOWN_TYPE");
	tally_code(&t, "UNKNOWN_TYPE");
	tally_codes(&t, &out);
	assert_true(str_is(buf_get(&out), ": UNKNOWN_TYPE 2, BAD_ENUM 1"));
	for (int i = 0; i < 2 * TALLY_CODES; i++) {
		(void)snprintf(many, sizeof(many), "CODE_%d", i);
		tally_code(&t, many);
	}
	assert_int_equal(t.n_codes, TALLY_CODES);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sealed_goes_beside_the_event),
		cmocka_unit_test(
		    test_refusals_are_counted_by_code_the_most_frequent_first),
		cmocka_unit_test(test_words_become_values_of_the_fields_types),
		cmocka_unit_test(test_what_does_not_fit_is_left_to_the_bus),
		cmocka_unit_test(
		    test_words_that_are_no_fields_are_refused_here),
		cmocka_unit_test(test_an_event_without_an_id_gets_one),
		cmocka_unit_test(
		    test_a_line_of_json_is_an_event_but_for_what_the_bus_added),
		cmocka_unit_test(
		    test_lines_that_are_no_events_are_refused_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
