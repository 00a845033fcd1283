/* First words of a command, and man pages, from help texts (cli/help.h). */
#include "cli/help.h"
#include "common/base/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROOM ((size_t)64 * 1024)

static void
expect_words(const char *command, const char *help, const char *words)
{
	struct buf b;

	buf_init(&b, ROOM);
	help_words(command, str_of(help), &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, words);
	buf_fini(&b);
}

static void
test_first_words_are_read_from_usage(void **state)
{
	(void)state;
	expect_words("up", "usage: huying up [--sandbox]\n\nhuying up x\n", "");
	expect_words("pack",
	    "usage: huying pack check DIR | load DIR | follow [options]\n",
	    "check load follow");
	expect_words("clock", "usage: huying clock [show | advance A | run]\n",
	    "show advance run");
	expect_words("key",
	    "usage: huying key new NAME\n       huying key list | show NAME\n"
	    "\n"
	    "       huying key nothing\n",
	    "new list show");
	expect_words(
	    "journal", "usage: huying journal raise-epoch\n", "raise-epoch");
	expect_words("replay", "usage: huying replay SERVICE|all\n", "all");
	expect_words("health", "usage: huying health [ADDRESS] [--x]\n", "");
}

static void
test_a_help_text_becomes_a_page(void **state)
{
	static const char help[] = "usage: huying try NAME [--rate N]\n"
				   "       huying try list\n"
				   "\n"
				   "Tries it, and\n"
				   "again.\n"
				   "\n"
				   "More of it.\n"
				   "\n"
				   "  --rate N   so many\n"
				   "             a second\n"
				   "  .dot       '\\n' is a line\n"
				   "\n"
				   "Exit codes: 0 done,\n"
				   "2 wrong usage.\n"
				   "\n"
				   "  huying try a \\\n"
				   "      b\n";
	static const char page[] =
	    ".\\\" Made from the help text by huying help \\-\\-man.\n"
	    ".TH HUYING\\-try 1 \"\" \"huying " VERSION "\" \"Huying\"\n"
	    ".SH NAME\nhuying\\-try \\- try it\n"
	    ".SH SYNOPSIS\n.nf\nhuying try NAME [\\-\\-rate N]\n"
	    "huying try list\n.fi\n"
	    ".SH DESCRIPTION\nTries it, and\nagain.\n.PP\nMore of it.\n"
	    ".TP\n.B \"\\-\\-rate N\"\nso many\na second\n"
	    ".TP\n.B \"\\&.dot\"\n\\&'\\en' is a line\n"
	    ".SH EXIT STATUS\n0 done,\n2 wrong usage.\n"
	    ".PP\n.RS 2\n.nf\nhuying try a \\e\n    b\n.fi\n.RE\n"
	    ".SH SEE ALSO\nhuying(1)\n";
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	man_command("try", "try it", str_of(help), &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, page);
	buf_fini(&b);
}

/* So that nothing is forgotten: each command, each setting. */
static void
test_the_page_of_the_tool_has_all(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	man_tool(&b);
	assert_false(b.failed);
	for (size_t i = 0; i < help_count; i++) {
		char line[64];

		(void)snprintf(
		    line, sizeof(line), "\n.B %s\n", help_commands[i].name);
		assert_true(str_search(buf_get(&b), str_of(line)) < b.n);
	}
	assert_true(
	    str_search(buf_get(&b), STR("\n.B HUYING_VAULT_KEY\n")) < b.n);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_words_are_read_from_usage),
		cmocka_unit_test(test_a_help_text_becomes_a_page),
		cmocka_unit_test(test_the_page_of_the_tool_has_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
