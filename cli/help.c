/* huying help: the list, one command's help, man pages. */
#include "cli/help.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELP_MAX ((size_t)256 * 1024)

const struct command help_commands[] = {
#define COMMAND(name, words) { #name, cmd_##name, words },
#include "cli/commands.def"
#undef COMMAND
};
const size_t help_count = ARRAY_LEN(help_commands);

static const char usage[] =
    "usage: huying help [COMMAND]\n"
    "       huying help --man DIR\n"
    "\n"
    "The list of commands, or the help of one of them, as huying COMMAND\n"
    "--help prints it.\n"
    "\n"
    "  --man DIR   writes all of it into DIR as pages for man: huying.1,\n"
    "              huying-tail.1, ...; make install does so\n"
    "\n"
    "Exit codes: 0 told, 2 wrong usage or no such command, 3 cannot write.\n";

const struct command *
help_find(const char *name)
{
	for (size_t i = 0; i < help_count; i++)
		if (strcmp(help_commands[i].name, name) == 0)
			return &help_commands[i];
	return NULL;
}

void
help_list(struct buf *out)
{
	buf_z(out, "usage: huying COMMAND [...]\n\n"
		   "Huying 呼应: the township calls, the county responds.\n\n");
	for (size_t i = 0; i < help_count; i++)
		buf_printf(out, "  %-10s %s\n", help_commands[i].name,
		    help_commands[i].words);
	buf_z(out, "\nhuying COMMAND --help tells more.\n"
		   "Exit codes: 0 fine, 1 nothing found or refused, 2 wrong "
		   "usage, 3 cannot connect.\n");
}

static void
run_into(const struct command *command, const char *option, int fd)
{
	char name[32], text[32];
	char *argv[] = { name, text, NULL };

	(void)snprintf(name, sizeof(name), "%s", command->name);
	(void)snprintf(text, sizeof(text), "%s", option);
	(void)dup2(fd, STDOUT_FILENO);
	_exit(command->run(2, argv) == EXIT_OK && fflush(stdout) == 0
		  ? EXIT_OK
		  : EXIT_NOTHING);
}

enum rc
help_capture(const struct command *command, const char *option, struct buf *out,
    struct err *e)
{
	int fds[2], status = 0;
	char block[4096];
	ssize_t n;
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(fds) != 0 || (pid = fork()) < 0)
		return err_set(e, RC_RETRY, "%s", strerror(errno));
	if (pid == 0)
		run_into(command, option, fds[1]);
	(void)close(fds[1]);
	while ((n = read(fds[0], block, sizeof(block))) > 0)
		buf_put(out, block, (size_t)n);
	(void)close(fds[0]);
	if (waitpid(pid, &status, 0) == pid && status == 0 && !out->failed)
		return RC_OK;
	return err_set(
	    e, RC_FATAL, "huying %s %s says nothing", command->name, option);
}

/* A lower-case word: said as it is, where others stand for something. */
static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    (s.p[i] != '-' || i == 0))
			return false;
	return s.n > 0;
}

/* "show | advance AMOUNT" gives show and advance. */
static void
take_usage(struct str line, struct buf *out)
{
	struct str piece;

	while (str_next(&line, '|', &piece)) {
		size_t n = 0;

		while (piece.n > 0 && (piece.p[0] == ' ' || piece.p[0] == '['))
			piece = str_cut(piece, 1, piece.n);
		while (n < piece.n && piece.p[n] != ' ' && piece.p[n] != ']')
			n++;
		piece = str_cut(piece, 0, n);
		if (is_word(piece) && !str_in(buf_get(out), ' ', piece)) {
			if (out->n > 0)
				buf_char(out, ' ');
			buf_str(out, piece);
		}
	}
}

void
help_words(const char *command, struct str help, struct buf *out)
{
	static const struct str starts[] = { { "usage: huying ", 14 },
		{ "       huying ", 14 } };
	struct str line, name = str_of(command);

	while (str_next(&help, '\n', &line)) {
		if (!str_starts(line, starts[0]) &&
		    !str_starts(line, starts[1]))
			return;
		line = str_cut(line, starts[0].n, line.n);
		if (str_starts(line, name))
			take_usage(str_cut(line, name.n, line.n), out);
	}
}

static enum rc
write_page(
    const char *dir, const char *name, const struct buf *page, struct err *e)
{
	char path[4096];
	FILE *f;
	bool ok;

	if (page->failed || snprintf(path, sizeof(path), "%s/%s.1", dir,
				name) >= (int)sizeof(path))
		return err_set(e, RC_FATAL, "%s: too long", name);
	f = fopen(path, "w");
	if (f == NULL)
		return err_set(e, RC_REJECT, "%s: %s", path, strerror(errno));
	ok = fwrite(page->p, 1, page->n, f) == page->n;
	if (fclose(f) != 0 || !ok)
		return err_set(e, RC_REJECT, "%s: %s", path, strerror(errno));
	return RC_OK;
}

static enum rc
write_pages(const char *dir, struct buf *help, struct buf *page, struct err *e)
{
	char name[64];

	man_tool(page);
	TRY(write_page(dir, "huying", page, e));
	for (size_t i = 0; i < help_count; i++) {
		const struct command *c = &help_commands[i];

		buf_reset(help);
		buf_reset(page);
		TRY(help_capture(c, "--help", help, e));
		man_command(c->name, c->words, buf_get(help), page);
		(void)snprintf(name, sizeof(name), "huying-%s", c->name);
		TRY(write_page(dir, name, page, e));
	}
	return RC_OK;
}

static int
tell_list(void)
{
	AUTO(buf_fini) struct buf out;

	buf_init(&out, HELP_MAX);
	help_list(&out);
	(void)fwrite(out.p, 1, out.n, stdout);
	return EXIT_OK;
}

static int
tell_one(const char *name)
{
	const struct command *c = help_find(name);
	char first[32], second[] = "--help";
	char *argv[] = { first, second, NULL };

	if (c == NULL) {
		cli_say("no command \"%s\"; huying help lists them", name);
		return EXIT_USAGE;
	}
	(void)snprintf(first, sizeof(first), "%s", name);
	return c->run(2, argv);
}

int
cmd_help(int argc, char **argv)
{
	AUTO(buf_fini) struct buf help;
	AUTO(buf_fini) struct buf page;
	const char *words[1] = { NULL }, *dir = NULL;
	const struct option_row rows[] = { { "--man", &dir, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 1 };
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	buf_init(&help, HELP_MAX);
	buf_init(&page, HELP_MAX);
	if (code >= 0)
		return code;
	if (dir == NULL)
		return n > 0 ? tell_one(words[0]) : tell_list();
	if (write_pages(dir, &help, &page, &e) == RC_OK)
		return EXIT_OK;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}
