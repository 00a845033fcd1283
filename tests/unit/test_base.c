#include "common/base/arena.h"
#include "common/base/buf.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct str empty = { NULL, 0 };

static void
test_an_error_says_what_and_why(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_set(&e, RC_RETRY, "%s: %d", "db", 7), RC_RETRY);
	assert_int_equal(e.rc, RC_RETRY);
	assert_string_equal(e.text, "db: 7");
	assert_int_equal(err_set(NULL, RC_FATAL, "nobody asks"), RC_FATAL);
}

static void
test_an_error_can_be_wrapped_in_itself(void **state)
{
	struct err e;

	(void)state;
	(void)err_set(&e, RC_REJECT, "row 7 is bad");
	(void)err_set(&e, RC_FATAL, "matters.csv: %s", e.text);
	assert_string_equal(e.text, "matters.csv: row 7 is bad");
}

/* Error texts travel in events, which must be UTF-8 to the last byte. */
static void
test_a_long_error_is_not_cut_inside_a_character(void **state)
{
	static const char *const chars[] = { "a", "é", "呼", "𠮷" };
	struct err e;
	char text[400] = "";

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(chars); c++) {
		for (size_t pad = 0; pad < 8; pad++) {
			size_t n = pad;

			memset(text, '.', pad);
			while (n < 300)
				n += (size_t)sprintf(text + n, "%s", chars[c]);
			(void)err_set(&e, RC_REJECT, "%s", text);
			n = strlen(e.text);
			assert_true(str_utf8_ok(str_of(e.text)));
			assert_memory_equal(e.text, text, n);
			assert_true(n > sizeof(e.text) - 1 - strlen(chars[c]));
		}
	}
}

static void
test_a_buffer_holds_exactly_its_bound(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_printf(&b, "%s", "0123456789");
	assert_false(b.failed);
	assert_true(str_is(buf_get(&b), "0123456789"));
	buf_printf(&b, "%s", "");
	assert_false(b.failed);
	buf_char(&b, 'x');
	assert_true(b.failed);
	buf_reset(&b);
	buf_z(&b, "01234");
	buf_str(&b, STR("56789"));
	assert_false(b.failed);
	buf_reset(&b);
	buf_printf(&b, "%s", "0123456789x");
	assert_true(b.failed);
	buf_fini(&b);
}

static void
test_overflow_of_a_buffer_is_sticky(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_z(&b, "abc");
	buf_z(&b, "de");
	assert_true(b.failed);
	buf_char(&b, 'd'); /* would fit */
	assert_int_equal(b.n, 3);
	buf_printf(&b, "d");
	assert_int_equal(b.n, 3);
	assert_true(b.failed);
	buf_reset(&b);
	assert_false(b.failed);
	buf_put(&b, NULL, 0);
	buf_str(&b, empty);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
	assert_int_equal(b.max, 4);
}

static void
test_a_buffer_grows_and_keeps_its_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "%d,", i);
	assert_false(b.failed);
	for (int64_t i = 0, v = 0; i < 20000; i++) {
		struct str rest = buf_get(&b), piece = empty;

		if (i == 0 || i == 19999) {
			for (int64_t k = 0; k <= i; k++)
				assert_true(str_next(&rest, ',', &piece));
			assert_true(str_i64(piece, &v));
			assert_true(v == i);
		}
	}
	buf_fini(&b);
	assert_null(b.p);
}

static void
test_arena_memory_is_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < 300; n++) {
			char *p = arena_alloc(a, n);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			if (n > 0)
				memset(p, 0xee, n);
		}
		assert_true(arena_used(a) >= 300 * 299 / 2);
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void
test_an_arena_gives_its_bound_and_no_more(void **state)
{
	struct arena *a = arena_new(1000);

	(void)state;
	assert_null(arena_alloc(a, 1001));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_non_null(arena_alloc(a, 1000));
	assert_null(arena_alloc(a, 1));
	assert_null(arena_alloc(a, 1000));
	arena_reset(a);
	assert_non_null(arena_alloc(a, 999));
	assert_null(arena_alloc(a, 999));
	arena_free(&a);
}

static void
test_small_and_large_pieces_share_an_arena(void **state)
{
	struct arena *a = arena_new(4 << 20);
	struct str first = arena_str(a, STR("first"));
	struct str big = arena_printf(a, "%0100000d", 7);
	struct str none = arena_str(a, empty);

	(void)state;
	assert_int_equal(big.n, 100000);
	assert_int_equal(big.p[99999], '7');
	assert_int_equal(big.p[100000], '\0');
	assert_true(str_is(first, "first"));
	assert_int_equal(none.n, 0);
	assert_non_null(none.p);
	assert_true(str_is(arena_printf(a, "%.*s|", STR_ARG(empty)), "|"));
	arena_free(&a);
}

/* Exit status of a child that does F; its complaint goes nowhere. */
static bool
aborts(void (*f)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) != NULL)
			f();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
cut_outside(void)
{
	(void)str_cut(STR("abc"), 4, 0);
}

static void
rune_outside(void)
{
	size_t pos = 3;

	(void)str_rune(STR("abc"), &pos);
}

static void
copy_too_much(void)
{
	struct arena *a = arena_new(4);

	(void)arena_str(a, STR("abcd"));
}

static void
test_our_own_mistakes_end_the_process(void **state)
{
	(void)state;
	assert_true(aborts(cut_outside));
	assert_true(aborts(rune_outside));
	assert_true(aborts(copy_too_much));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_says_what_and_why),
		cmocka_unit_test(test_an_error_can_be_wrapped_in_itself),
		cmocka_unit_test(
		    test_a_long_error_is_not_cut_inside_a_character),
		cmocka_unit_test(test_a_buffer_holds_exactly_its_bound),
		cmocka_unit_test(test_overflow_of_a_buffer_is_sticky),
		cmocka_unit_test(test_a_buffer_grows_and_keeps_its_bytes),
		cmocka_unit_test(test_arena_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_an_arena_gives_its_bound_and_no_more),
		cmocka_unit_test(test_small_and_large_pieces_share_an_arena),
		cmocka_unit_test(test_our_own_mistakes_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
