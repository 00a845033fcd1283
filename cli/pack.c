/* huying pack: what a county knows, checked and loaded. */
#include "cli/pack_check.h"
#include "cli/pack_cmd.h"

#include <stdio.h>

static const char usage[] =
    "usage: huying pack check DIR | load DIR | follow | show [options]\n"
    "       huying pack recount [--dry-run] [options]\n"
    "\n"
    "A pack is what a county knows: divisions, units, officers, matters,\n"
    "power items, limits, calendars.  deploy/packs/README.md tells how to\n"
    "write one.\n"
    "\n"
    "  check DIR   reads every file and tells every fault on stderr as\n"
    "              file:line:column: message; columns count characters\n"
    "  load DIR    checks, then stores it in one transaction: new and\n"
    "              changed rows begin on the pack's first day, changed and\n"
    "              gone ones end on it; the same again changes nothing\n"
    "  follow      tells what is open to go on with whoever took over\n"
    "              where townships, villages or units were merged, split or\n"
    "              shifted; the dispatcher does so by itself on the first day\n"
    "              of a version; again changes nothing\n"
    "  recount     after a holiday notice that came late or was changed:\n"
    "              lists limits that end at another time by the calendar that\n"
    "              is loaded, and tells their casefiles to count them again;\n"
    "              what has run out stays so; again changes nothing\n"
    "  show        lists the packs that are loaded\n"
    "\n"
    "  --dry-run   recount: only list them\n"
    "  --db DSN    libpq connection string\n"
    "  --json      one object a line\n"
    "\n"
    "Exit codes: 0 done, 1 the pack has faults or may not be loaded,\n"
    "2 wrong usage, 3 cannot read the files or reach the database.\n";

static const struct command {
	const char *name;
	int (*run)(const struct pack_args *args);
	size_t n_words; /* itself, and a folder */
} commands[] = {
	{ "check", pack_cmd_check, 2 },
	{ "load", pack_cmd_load, 2 },
	{ "follow", pack_cmd_follow, 1 },
	{ "recount", pack_cmd_recount, 1 },
	{ "show", pack_cmd_show, 1 },
};

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

static int
wrong(const char *what, const char *word)
{
	cli_say("pack: %s%s; huying pack --help tells more", what, word);
	return EXIT_USAGE;
}

int
cmd_pack(int argc, char **argv)
{
	struct pack_args args = { .dir = NULL };
	const struct option_row rows[] = {
		{ "--db", &args.db, NULL },
		{ "--json", NULL, &args.json },
		{ "--dry-run", NULL, &args.dry_run },
	};
	const char *words[2] = { NULL };
	const struct options options = { usage, rows, ARRAY_LEN(rows), words,
		ARRAY_LEN(words) };
	const struct command *command;
	size_t n_words;
	int code = options_parse(&options, argc, argv, &n_words);

	if (code >= 0)
		return code;
	if (n_words == 0)
		return wrong("check, load, follow, recount or show?", "");
	command = find_command(words[0]);
	if (command == NULL)
		return wrong("no command ", words[0]);
	if (n_words < command->n_words)
		return wrong("which folder?", "");
	if (n_words > command->n_words)
		return wrong("one word too many: ", words[1]);
	args.dir = words[1];
	code = command->run(&args);
	return fflush(stdout) == 0 ? code : EXIT_CONNECT;
}
