/* Key files: written once, read only while nobody else can. */
#include "common/bus/socket.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char path[96];

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/huying-curve.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/one.key", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void
write_text(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_what_was_written_is_read_again(void **state)
{
	struct curve_key bus, one, two;
	struct stat st;
	struct err e;

	(void)state;
	curve_new(&bus, "bus", "");
	curve_new(&one, "hotline", bus.public_key);
	assert_string_not_equal(one.public_key, bus.public_key);
	(void)umask(0);
	assert_int_equal(curve_write(path, &one, &e), RC_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(curve_read(path, "KEY", &two, &e), RC_OK);
	assert_memory_equal(&one, &two, sizeof(one));
	/* Never over another key. */
	assert_int_equal(curve_write(path, &bus, &e), RC_REJECT);
	assert_int_equal(curve_read(path, "KEY", &two, &e), RC_OK);
	assert_string_equal(two.name, "hotline");
	curve_fini(&two);
	assert_string_equal(two.secret_key, "");
	/* The bus's own file names no server. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(curve_write(path, &bus, &e), RC_OK);
	assert_int_equal(curve_read(path, "KEY", &two, &e), RC_OK);
	assert_string_equal(two.server_key, "");
}

static void
test_a_file_that_others_may_read_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = { { 0600, true }, { 0400, true }, { 0640, false },
		{ 0604, false }, { 0620, false }, { 0601, false },
		{ 0666, false } };
	struct curve_key k, got;
	struct err e;

	(void)state;
	curve_new(&k, "a", "");
	assert_int_equal(curve_write(path, &k, &e), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(curve_read(path, "HUYING_KEY", &got, &e),
		    rows[i].good ? RC_OK : RC_FATAL);
		if (!rows[i].good)
			assert_non_null(strstr(e.text, "chmod 600"));
	}
	assert_int_equal(curve_read(folder, "HUYING_KEY", &got, &e), RC_FATAL);
	assert_int_equal(
	    curve_read("/nonexistent/key", "HUYING_KEY", &got, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "HUYING_KEY"));
}

#define PUBLIC_1 "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SECRET_1 "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
#define PUBLIC_2 "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static void
test_what_is_no_sound_key_file_is_refused(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		/* clang-format off */
		{ "public-key=" PUBLIC_1 "\nsecret-key=" SECRET_1 "\n", true },
		{ "# x = y\nmetadata\n  note = \"a = b\"\ncurve\n"
		  "    public-key = \"" PUBLIC_1 "\"\r\n"
		  "    secret-key = \"" SECRET_1 "\"", true },
		{ "", false },
		{ "\n\n", false },
		{ "public-key = \"" PUBLIC_1 "\"\n", false },
		{ "secret-key = \"" SECRET_1 "\"\n", false },
		/* They do not belong together. */
		{ "public-key = \"" PUBLIC_2 "\"\nsecret-key = \"" SECRET_1
		  "\"\n", false },
		{ "public-key = \"" PUBLIC_1 "\"\npublic-key = \"" PUBLIC_1
		  "\"\nsecret-key = \"" SECRET_1 "\"\n", false },
		{ "public-key = \"" PUBLIC_1 "x\"\nsecret-key = \"" SECRET_1
		  "\"\n", false },
		{ "public-key = \"" PUBLIC_1 "\"\nsecret-key = \"\"\n", false },
		{ "public-key = \"" PUBLIC_1 "\"\nsecret-key = \"" SECRET_1
		  "\"\nserver-key = \"short\"\n", false },
		{ "public-key = \"" PUBLIC_1 "\"\nsecret-key = \"" SECRET_1
		  "\"\nserver-key = \"" PUBLIC_2 "\"\n", true },
		/* clang-format on */
	};
	char huge[5000];
	struct curve_key k;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		write_text(rows[i].text, 0600);
		if ((curve_read(path, "KEY", &k, &e) == RC_OK) != rows[i].good)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
	memset(huge, '\n', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	write_text(huge, 0600);
	assert_int_equal(curve_read(path, "KEY", &k, &e), RC_FATAL);
	/* A refusal never says what the secret is. */
	assert_null(strstr(e.text, SECRET_1));
}

static void
test_without_a_key_nothing_goes_over_tcp(void **state)
{
	static const struct socket_opts dealer = { ZMQ_DEALER, SOCKET_CONNECT,
		10, 10, 1024, 0 };
	static const struct socket_opts router = { ZMQ_ROUTER, SOCKET_BIND, 10,
		10, 1024, 0 };
	struct curve_key bus, one;
	zsock_t *s = NULL;
	struct err e;

	(void)state;
	(void)unsetenv("HUYING_KEY");
	assert_int_equal(
	    socket_open(&s, &dealer, "tcp://127.0.0.1:7401", &e), RC_FATAL);
	assert_non_null(strstr(e.text, "HUYING_KEY"));
	assert_int_equal(
	    socket_open(&s, &router, "tcp://127.0.0.1:*", &e), RC_FATAL);
	assert_int_equal(socket_make(&s, &router, &e), RC_OK);
	assert_int_equal(
	    socket_bind(s, "tcp://127.0.0.1:*", "d", NULL, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "HUYING_BUS_KEY"));
	zsock_destroy(&s);
	/* A key without its bus's is no client's. */
	curve_new(&bus, "bus", "");
	assert_int_equal(curve_write(path, &bus, &e), RC_OK);
	(void)setenv("HUYING_KEY", path, 1);
	assert_int_equal(
	    socket_open(&s, &dealer, "tcp://127.0.0.1:7401", &e), RC_FATAL);
	assert_int_equal(unlink(path), 0);
	curve_new(&one, "one", bus.public_key);
	assert_int_equal(curve_write(path, &one, &e), RC_OK);
	assert_int_equal(
	    socket_open(&s, &dealer, "tcp://127.0.0.1:7401", &e), RC_OK);
	zsock_destroy(&s);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(
	    socket_open(&s, &dealer, "tcp://127.0.0.1:7401", &e), RC_FATAL);
	assert_non_null(strstr(e.text, "chmod 600"));
	(void)unsetenv("HUYING_KEY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_what_was_written_is_read_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_file_that_others_may_read_is_refused, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_what_is_no_sound_key_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_without_a_key_nothing_goes_over_tcp, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
