/*
 * Events as bytes: golden ones that must never change, because they lie in
 * journals (common/msg/envelope.h).
 */
#include "common/msg/envelope.h"
#include "common/msg/wire.h"
#include "tests/lib/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HASH "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"

static const struct msg_attachment photo = { STR("photo"), STR(HASH) };
static const struct msg_report_submit report_submit = {
	.channel = STR("grid"),
	.place = STR("分水镇大路村后山"),
	.summary = STR("高点云台疑似烟雾，请人工复核。"),
	.urgent = true,
	.occurred_at = 1773784357000,
	.lat = 29.93591,
	.lon = 119.436468,
	.attachments = { &photo, 1 },
};

static const struct str assisting[] = { STR("330122-D-YJ"),
	STR("330122-D-GA") };
static const struct msg_call_raised call_raised = {
	.call = STR("330122-26-0000417/C1"),
	.class = STR("emergency"),
	.unit = STR("330122109-CMD"),
	.main = STR("330122-D-SCJ"),
	.assisting = { assisting, 2 },
	.reason = STR("山火逼近毛竹林"),
};

static const struct msg_task_assigned task_assigned = {
	.task = STR("330122-26-0000417/T1"),
	.unit = STR("330122109-EMT"),
	.from = STR("330122109-CMD"),
	.matter = STR("CA-001"),
	.sign_by = 1773797400000,
	.return_by = 1773799200000,
	.finish_by = 1773997200000,
};

static const struct msg_callback_recorded callback_recorded = {
	.callback = STR("330122-26-0000417/B1"),
	.unit = STR("330122109-EMT"),
	.outcome = STR("solved"),
	.contacted = true,
	.satisfied = STR("basic"),
};

static const struct msg_score_published score_published = {
	.period = STR("2026-04"),
	.unit = STR("330122109-EMT"),
	.revision = 2,
	.casefiles = 70000,
	.valid = 255,
	.response_bp = 10000,
	.resolution_bp = 9876,
	.composite_tenths = 934,
	.rank = 1,
};

static const struct golden {
	const char *name;
	const struct msg_desc *d;
	const void *msg;
} goldens[] = {
	{ "report.submit", &msg_report_submit_desc, &report_submit },
	{ "call.raised", &msg_call_raised_desc, &call_raised },
	{ "task.assigned", &msg_task_assigned_desc, &task_assigned },
	{ "callback.recorded", &msg_callback_recorded_desc,
	    &callback_recorded },
	{ "score.published", &msg_score_published_desc, &score_published },
};

static struct msg_envelope
envelope_of(const struct golden *g)
{
	bool fact = g->d->kind == MSG_FACT;

	return (struct msg_envelope){
		.specversion = STR("1.0"),
		.id = STR("0195a3c2-7d40-7000-8000-000000000417"),
		.source = fact ? STR("/dispatcher") : STR("/grid/330122109215"),
		.type = str_of(g->d->type),
		.subject = fact ? STR("330122-26-0000417") : STR(""),
		.time = 1773784357123,
		.division = STR("330122109215"),
		.correlationid = fact ? STR("camera-0317-1773784357") : STR(""),
	};
}

static void
encode(struct codec *c, const struct golden *g)
{
	struct msg_envelope env = envelope_of(g);

	buf_reset(&c->other);
	msg_encode(g->d, g->msg, &c->other);
	env.data = buf_get(&c->other);
	buf_reset(&c->body);
	envelope_encode(&env, &c->body);
}

static const char *
golden_path(const struct golden *g, char path[128])
{
	(void)snprintf(path, 128, "tests/golden/%s.hex", g->name);
	return path;
}

/* UPDATE_GOLDEN=1 writes them anew: a new message, never a changed one. */
static void
write_golden(struct codec *c, const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	buf_reset(&c->other);
	hex_print(buf_get(&c->body), &c->other);
	(void)fwrite(c->other.p, 1, c->other.n, f);
	assert_int_equal(fclose(f), 0);
}

static void
test_golden_events_keep_their_bytes(void **state)
{
	struct codec *c = *state;
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		encode(c, &goldens[i]);
		if (getenv("UPDATE_GOLDEN") != NULL)
			write_golden(c, golden_path(&goldens[i], path));
		buf_reset(&c->other);
		hex_file(&c->other, golden_path(&goldens[i], path));
		if (!str_eq(buf_get(&c->body), buf_get(&c->other)))
			fail_msg("%s: other bytes", goldens[i].name);
	}
}

static void
test_golden_events_are_read_as_what_they_were(void **state)
{
	struct codec *c = *state;
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		const struct golden *g = &goldens[i];
		struct msg_envelope env, was = envelope_of(g);
		void *msg = codec_object(c, g->d);

		buf_reset(&c->body);
		hex_file(&c->body, golden_path(g, path));
		codec_forget_faults(c);
		assert_int_equal(envelope_decode(buf_get(&c->body), MSG_STRICT,
				     &env, &c->faults),
		    RC_OK);
		was.data = env.data;
		assert_true(sample_equal(&msg_envelope_desc, &env, &was));
		assert_int_equal(msg_decode(g->d, env.data, MSG_STRICT, msg,
				     c->arena, &c->faults),
		    RC_OK);
		assert_true(sample_equal(g->d, msg, g->msg));
	}
}

static void
test_every_truncation_is_rejected(void **state)
{
	struct codec *c = *state;

	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		struct msg_envelope env;

		encode(c, &goldens[i]);
		for (size_t n = 0; n < c->body.n; n++) {
			char *copy = xmalloc(n + 1);

			memcpy(copy, c->body.p, n);
			codec_forget_faults(c);
			assert_int_equal(
			    envelope_decode((struct str){ copy, n },
				MSG_LENIENT, &env, &c->faults),
			    RC_REJECT);
			assert_true(c->faults.code[0] != '\0');
			free(copy);
		}
	}
}

static void
test_mutated_events_are_refused_or_shown_as_json(void **state)
{
	struct codec *c = *state;
	size_t read = 0;

	for (int i = 0; i < 60000; i++) {
		struct msg_envelope env;

		encode(c, &goldens[(size_t)i % ARRAY_LEN(goldens)]);
		noise_mutate(&c->body, &c->seed);
		codec_forget_faults(c);
		if (envelope_decode(buf_get(&c->body), MSG_LENIENT, &env,
			&c->faults) != RC_OK) {
			assert_true(str_utf8_ok(buf_get(&c->faults.text)));
			continue;
		}
		read++;
		buf_reset(&c->other);
		envelope_json(&env, i, 1773784357000, &c->other);
		assert_true(json_sound(buf_get(&c->other)));
	}
	assert_true(read > 1000);
}

static void
test_attributes_from_outside_are_checked(void **state)
{
	static const struct {
		const char *json;
		const char *code;
		const char *field;
	} rows[] = {
		{ "{\"specversion\":\"0.9\",\"id\":\"1\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":{}}",
		    "BAD_ENUM", "specversion" },
		{ "{\"specversion\":1,\"id\":\"1\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":{}}",
		    "WRONG_TYPE", "specversion" },
		{ "{\"specversion\":\"1.0\",\"id\":\"a b\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":{}}",
		    "BAD_FORMAT", "id" },
		{ "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":[]}",
		    "WRONG_TYPE", "data" },
		{ "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":{},\"seq\":7}",
		    "UNKNOWN_FIELD", "seq" },
		{ "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
		  "\"type\":\"t\",\"data\":{},\"division\":\"３３\"}",
		    "BAD_FORMAT", "division" },
	};
	struct codec *c = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct msg_envelope env;
		struct err e;

		buf_reset(&c->body);
		assert_int_equal(
		    wire_from_json(str_of(rows[i].json), &c->body, &e), RC_OK);
		codec_forget_faults(c);
		assert_int_equal(envelope_decode(buf_get(&c->body), MSG_STRICT,
				     &env, &c->faults),
		    RC_REJECT);
		assert_string_equal(c->faults.code, rows[i].code);
		assert_string_equal(c->faults.field, rows[i].field);
	}
}

static void
test_bytes_that_are_no_event_say_what_they_are(void **state)
{
	struct codec *c = *state;
	struct msg_envelope env;

	assert_int_equal(
	    envelope_decode(STR(""), MSG_STRICT, &env, &c->faults), RC_REJECT);
	assert_string_equal(c->faults.code, "FRAME_EMPTY");
	assert_string_equal(c->faults.field, "envelope");
	codec_forget_faults(c);
	hex_put(&c->body, "81 a4 64 61 74 61 81 a5 70 6c 61 63 65 a4 ba f4 d3 "
			  "a6");
	assert_int_equal(
	    envelope_decode(buf_get(&c->body), MSG_STRICT, &env, &c->faults),
	    RC_REJECT);
	assert_string_equal(c->faults.code, "BAD_UTF8");
	assert_string_equal(c->faults.field, "place");
	assert_true(str_search(buf_get(&c->faults.text),
			STR("place: is not UTF-8; send UTF-8")) == 0);
}

static void
test_json_is_a_cloud_event(void **state)
{
	struct codec *c = *state;
	struct msg_envelope env;

	encode(c, &goldens[3]);
	assert_int_equal(
	    envelope_decode(buf_get(&c->body), MSG_STRICT, &env, NULL), RC_OK);
	buf_reset(&c->other);
	envelope_json(&env, 417, 1773784357000, &c->other);
	buf_char(&c->other, '\0');
	assert_string_equal(c->other.p,
	    "{\"specversion\":\"1.0\","
	    "\"id\":\"0195a3c2-7d40-7000-8000-000000000417\","
	    "\"source\":\"/dispatcher\",\"type\":\"callback.recorded\","
	    "\"subject\":\"330122-26-0000417\","
	    "\"time\":\"2026-03-18T05:52:37.123+08:00\","
	    "\"datacontenttype\":\"application/json\","
	    "\"division\":\"330122109215\","
	    "\"correlationid\":\"camera-0317-1773784357\","
	    "\"data\":{\"callback\":\"330122-26-0000417/B1\","
	    "\"unit\":\"330122109-EMT\",\"outcome\":\"solved\","
	    "\"contacted\":true,\"solved\":false,\"satisfied\":\"basic\"},"
	    "\"sequence\":\"00000000000000000417\","
	    "\"recordedtime\":\"2026-03-18T05:52:37+08:00\"}");
}

static void
test_json_comes_back_as_the_same_bytes(void **state)
{
	struct codec *c = *state;

	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		struct msg_envelope env;
		struct buf json, again;
		struct err e;

		buf_init(&json, CODEC_ROOM);
		buf_init(&again, CODEC_ROOM);
		encode(c, &goldens[i]);
		assert_int_equal(
		    envelope_decode(buf_get(&c->body), MSG_STRICT, &env, NULL),
		    RC_OK);
		msg_json(goldens[i].d, goldens[i].msg, &json);
		assert_int_equal(
		    wire_from_json(buf_get(&json), &again, &e), RC_OK);
		assert_true(str_eq(buf_get(&again), env.data));
		buf_fini(&again);
		buf_fini(&json);
	}
}

static void
test_json_that_is_no_object_is_refused(void **state)
{
	static const char *const rows[] = { "", "null", "[]", "7", "\"x\"", "{",
		"{}x", "{\"a\":1,\"a\":2}", "{\"a\":1e999}",
		"{\"a\":9223372036854775808}", "{\"a\":\"\\u0000\"}",
		"{\"a\":\"\xff\"}", "{\"a\":NaN}",
		"{\"a\":[[[[[[[[[1]]]]]]]]]}" };
	struct codec *c = *state;
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&c->body);
		if (wire_from_json(str_of(rows[i]), &c->body, &e) != RC_REJECT)
			fail_msg("%s", rows[i]);
	}
	buf_reset(&c->other);
	for (int i = 0; i < 100000; i++)
		buf_char(&c->other, '[');
	assert_int_equal(
	    wire_from_json(buf_get(&c->other), &c->body, &e), RC_REJECT);
}

static void
test_a_topic_is_type_and_place(void **state)
{
	char text[TOPIC_MAX];

	(void)state;
	assert_true(
	    str_is(envelope_topic(STR("call.raised"), STR("330122109"), text),
		"call.raised/330122109"));
	assert_true(str_is(envelope_topic(STR("registry.changed"),
			       (struct str){ NULL, 0 }, text),
	    "registry.changed/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC_TEST(test_golden_events_keep_their_bytes),
		CODEC_TEST(test_golden_events_are_read_as_what_they_were),
		CODEC_TEST(test_every_truncation_is_rejected),
		CODEC_TEST(test_mutated_events_are_refused_or_shown_as_json),
		CODEC_TEST(test_attributes_from_outside_are_checked),
		CODEC_TEST(test_bytes_that_are_no_event_say_what_they_are),
		CODEC_TEST(test_json_is_a_cloud_event),
		CODEC_TEST(test_json_comes_back_as_the_same_bytes),
		CODEC_TEST(test_json_that_is_no_object_is_refused),
		CODEC_TEST(test_a_topic_is_type_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
