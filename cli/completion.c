/*
 * huying completion: a script that completes command lines, made of what the
 * commands say of themselves.
 */
#include "cli/cli.h"
#include "cli/help.h"
#include "common/msg/msg.h"

#include <stdio.h>

#define SCRIPT_MAX ((size_t)1 << 20)
#define HELP_MAX ((size_t)256 * 1024)

static const char usage[] =
    "usage: huying completion bash\n"
    "\n"
    "Prints a script for bash that completes commands, their first words,\n"
    "options and types of events.  make install puts it where bash looks for\n"
    "it; for this shell alone:\n"
    "\n"
    "  huying completion bash >huying.bash && . ./huying.bash\n"
    "\n"
    "Exit codes: 0 printed, 2 wrong usage, 3 cannot ask itself.\n";

static const char head[] =
    "# bash completion for huying; made by \"huying completion bash\"\n"
    "_huying()\n"
    "{\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd=${COMP_WORDS[1]-}\n"
    "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} first='' options='' values=''\n"
    "\tCOMPREPLY=()\n";

/* The value of an option, or a file of any name: that is bash's to find. */
static const char tail[] =
    "\tcase \" $values \" in *\" $prev \"*)\n"
    "\t\tcase $prev in\n"
    "\t\t-o) mapfile -t COMPREPLY < <(compgen -W json -- \"$cur\") ;;\n"
    "\t\t--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "
    "\"$cur\") ;;\n"
    "\t\tesac\n"
    "\t\treturn ;;\n"
    "\tesac\n"
    "\tcase $cur in\n"
    "\t-*) first=$options ;;\n"
    "\t*) case $COMP_CWORD in\n"
    "\t\t1) ;;\n"
    "\t\t2) ;;\n"
    "\t\t*) case $cmd in tail|events|topics) ;; *) first='' ;; esac ;;\n"
    "\t\tesac ;;\n"
    "\tesac\n"
    "\tmapfile -t COMPREPLY < <(compgen -W \"$first\" -- \"$cur\")\n"
    "}\n"
    "complete -o default -F _huying huying\n";

static void
put_names(struct buf *out)
{
	buf_z(out, "\tif [ \"$COMP_CWORD\" = 1 ]; then first='");
	for (size_t i = 0; i < help_count; i++)
		buf_printf(out, "%s ", help_commands[i].name);
	buf_z(out, "' options='--help --version'\n"
		   "\telse case $cmd in\n");
}

/* "--rate=" is --rate, which takes a value. */
static void
put_options(struct str lines, struct buf *out)
{
	struct buf values;
	struct str line;

	buf_init(&values, HELP_MAX);
	buf_z(out, " options='--help");
	while (str_next(&lines, '\n', &line)) {
		bool value = line.n > 0 && line.p[line.n - 1] == '=';

		line = str_cut(line, 0, line.n - value);
		if (line.n == 0)
			continue;
		buf_printf(out, " %.*s", STR_ARG(line));
		if (value)
			buf_printf(&values, "%s%.*s", values.n > 0 ? " " : "",
			    STR_ARG(line));
	}
	buf_printf(out, "' values='%.*s'", STR_ARG(buf_get(&values)));
	buf_fini(&values);
}

/* Types of events: of all, or those that may be published. */
static void
put_types(const char *name, bool commands, struct buf *out)
{
	buf_printf(out, "\t%s) first=\"$first", name);
	for (size_t i = 0; i < msg_count; i++)
		if (!commands || msg_all[i]->kind == MSG_COMMAND)
			buf_printf(out, " %s", msg_all[i]->type);
	buf_z(out, "\" ;;\n");
}

static enum rc
put_command(const struct command *c, struct buf *out, struct err *e)
{
	AUTO(buf_fini) struct buf help;
	AUTO(buf_fini) struct buf words;

	buf_init(&help, HELP_MAX);
	buf_init(&words, HELP_MAX);
	TRY(help_capture(c, "--help", &help, e));
	help_words(c->name, buf_get(&help), &words);
	buf_printf(
	    out, "\t%s) first='%.*s'", c->name, STR_ARG(buf_get(&words)));
	buf_reset(&help);
	TRY(help_capture(c, HELP_OPTIONS, &help, e));
	put_options(buf_get(&help), out);
	buf_z(out, " ;;\n");
	return RC_OK;
}

static enum rc
put_script(struct buf *out, struct err *e)
{
	buf_z(out, head);
	put_names(out);
	for (size_t i = 0; i < help_count; i++)
		TRY(put_command(&help_commands[i], out, e));
	buf_z(out, "\tesac; case $cmd in\n");
	put_types("tail|events|topics", false, out);
	put_types("publish", true, out);
	buf_z(out, "\thelp) first=$first' ");
	for (size_t i = 0; i < help_count; i++)
		buf_printf(out, "%s ", help_commands[i].name);
	buf_z(out, "' ;;\n\tesac; fi\n");
	buf_z(out, tail);
	return RC_OK;
}

int
cmd_completion(int argc, char **argv)
{
	AUTO(buf_fini) struct buf out;
	const char *words[1] = { "" };
	const struct options o = { usage, NULL, 0, words, 1 };
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	buf_init(&out, SCRIPT_MAX);
	if (code >= 0)
		return code;
	if (strcmp(words[0], "bash") != 0) {
		cli_say("for which shell? bash is known");
		return EXIT_USAGE;
	}
	if (put_script(&out, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	must(!out.failed);
	(void)fwrite(out.p, 1, out.n, stdout);
	return EXIT_OK;
}
