/* The text format of metrics, and what bounds it. */
#include "common/health/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
assert_text(struct buf *b, const char *want)
{
	buf_char(b, '\0');
	assert_false(b->failed);
	assert_string_equal(b->p, want);
	buf_fini(b);
}

static void
test_a_label_is_escaped(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	metric_i64(&b, "x", "version", "tonglu \"1\" \\ a\nb", 1);
	assert_text(&b, "x{version=\"tonglu \\\"1\\\" \\\\ a b\"} 1\n");
}

static void
test_seconds_have_three_digits(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	metric_one_milli(&b, "x_seconds", "Waited.", 61005);
	assert_text(&b, "# HELP x_seconds Waited.\n# TYPE x_seconds gauge\n"
			"x_seconds 61.005\n");
}

static void
test_buckets_add_up(void **state)
{
	struct metric_times t = { .sum_ms = 0 };
	struct buf b;

	(void)state;
	metric_took(&t, 0);
	metric_took(&t, 7);
	metric_took(&t, 60000);
	buf_init(&b, 4096);
	metric_times(&b, "x_seconds", "Took.", &t);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.p, "x_seconds_bucket{le=\"0.001\"} 1\n"));
	assert_non_null(strstr(b.p, "x_seconds_bucket{le=\"0.010\"} 2\n"));
	assert_non_null(strstr(b.p, "x_seconds_bucket{le=\"5.000\"} 2\n"));
	assert_non_null(strstr(b.p, "x_seconds_bucket{le=\"+Inf\"} 3\n"));
	assert_non_null(
	    strstr(b.p, "x_seconds_sum 60.007\nx_seconds_count 3\n"));
	buf_fini(&b);
}

static void
test_words_are_bounded(void **state)
{
	struct metric_words w = { .n_rows = 0 };
	struct buf b;

	(void)state;
	metric_word(&w, "NOT_YET", 0);
	for (int i = 0; i < 1000; i++) {
		char word[16];

		(void)snprintf(word, sizeof(word), "W%d", i);
		metric_word(&w, word, 1);
		metric_word(&w, "W0", 1);
	}
	assert_int_equal(w.n_rows, METRIC_WORDS);
	buf_init(&b, 65536);
	metric_words(&b, "x_total", "Refused.", "code", &w);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.p, "x_total{code=\"NOT_YET\"} 0\n"));
	assert_non_null(strstr(b.p, "x_total{code=\"W0\"} 1001\n"));
	/* Two places less for NOT_YET and for the others. */
	assert_non_null(strstr(b.p, "x_total{code=\"W157\"} 1\n"));
	assert_null(strstr(b.p, "x_total{code=\"W158\"}"));
	assert_non_null(strstr(b.p, "x_total{code=\"other\"} 842\n"));
	buf_fini(&b);
}

static void
test_errors_go_by_sqlstate(void **state)
{
	struct metric_words w = { .n_rows = 0 };

	(void)state;
	metric_word(&w, METRIC_DISK_FULL, 0);
	metric_database_error(&w, "53100: could not extend file \"base/1\"");
	metric_database_error(&w, "waiting: no answer in time");
	metric_database_error(&w, "sending: server closed");
	metric_database_error(&w, "");
	assert_int_equal(w.n_rows, 2);
	assert_int_equal(w.row[0].n, 1);
	assert_string_equal(w.row[1].word, "lost");
	assert_int_equal(w.row[1].n, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_label_is_escaped),
		cmocka_unit_test(test_seconds_have_three_digits),
		cmocka_unit_test(test_buckets_add_up),
		cmocka_unit_test(test_words_are_bounded),
		cmocka_unit_test(test_errors_go_by_sqlstate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
