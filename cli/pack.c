#include "cli/pack.h"

#include "cli/pack_check.h"
#include "cli/pack_cmd.h"

#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: huying pack check DIR [--json]\n"
    "       huying pack load DIR [--db DSN] [--json]\n"
    "       huying pack show [--db DSN] [--json]\n"
    "\n"
    "A pack is what a county knows: divisions, units, officers, matters,\n"
    "power items, limits, calendars.  deploy/packs/README.md tells how to\n"
    "write one.\n"
    "\n"
    "check   reads every file and tells every fault as file:line:column:\n"
    "        message on stderr; columns count characters\n"
    "load    checks, then stores it in one transaction: new and changed\n"
    "        rows begin on the pack's first day, changed and gone ones end\n"
    "        on it; loading the same again changes nothing\n"
    "show    lists the packs that are loaded\n"
    "\n"
    "  --db DSN   libpq connection string; else the environment's HUYING_DB\n"
    "  --json     for machines: one JSON object a line, on stdout\n"
    "  --help     this text\n"
    "\n"
    "Exit: 0 done, 1 the pack has faults or may not be loaded, 2 usage,\n"
    "3 cannot read the files or reach the database.\n";

typedef int command_fn(const struct pack_args *args);

static const struct command {
	const char *name;
	command_fn *run;
	bool dir;
	bool db;
} commands[] = {
	{ "check", pack_cmd_check, true, false },
	{ "load", pack_cmd_load, true, true },
	{ "show", pack_cmd_show, false, true },
};

static int
usage_error(const char *what, const char *argument)
{
	(void)fprintf(stderr, "huying pack: %s%s%s; --help tells more\n", what,
	    argument != NULL ? " " : "", argument != NULL ? argument : "");
	return PACK_USAGE;
}

static int
take_args(
    struct pack_args *args, const struct command *command, char **argv)
{
	for (int i = 0; argv[i] != NULL; i++) {
		struct str arg = str_of(argv[i]);

		if (str_is(arg, "--json"))
			args->json = true;
		else if (str_is(arg, "--db") && argv[i + 1] == NULL)
			return usage_error("a value is missing behind", "--db");
		else if (str_is(arg, "--db"))
			args->db = argv[++i];
		else if (str_starts(arg, STR("--db=")))
			args->db = argv[i] + 5;
		else if (arg.n > 1 && arg.p[0] == '-')
			return usage_error("unknown option", argv[i]);
		else if (!command->dir || args->dir != NULL)
			return usage_error("one argument too many:", argv[i]);
		else
			args->dir = argv[i];
	}
	if (command->dir && args->dir == NULL)
		return usage_error("DIR is missing", NULL);
	if (!command->db && args->db != NULL)
		return usage_error("no database is asked here:", "--db");
	if (args->db == NULL)
		args->db = getenv("HUYING_DB");
	if (command->db && (args->db == NULL || args->db[0] == '\0'))
		return usage_error(
		    "which database? give --db DSN or set HUYING_DB", NULL);
	return PACK_DONE;
}

static bool
wants_help(char **argv)
{
	for (int i = 1; argv[i] != NULL; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int
cmd_pack(int argc, char **argv)
{
	struct pack_args args = { .dir = NULL };
	const struct command *command = NULL;
	int rc;

	if (wants_help(argv))
		return fputs(usage, stdout) >= 0 ? PACK_DONE : PACK_FAILED;
	if (argc < 2)
		return usage_error("check, load or show?", NULL);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			command = &commands[i];
	if (command == NULL)
		return usage_error("no such command", argv[1]);
	rc = take_args(&args, command, argv + 2);
	if (rc == PACK_DONE)
		rc = command->run(&args);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		rc = PACK_FAILED;
	return rc;
}
