/* huying: one tool for operators and integrators. */
#include "cli/cli.h"

#include "common/base/log.h"
#include "common/base/version.h"

#include <czmq.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *words;
} commands[] = {
#define COMMAND(name, words) { #name, cmd_##name, words },
#include "cli/commands.def"
#undef COMMAND
};

static int
usage(FILE *to, int code)
{
	(void)fprintf(to, "usage: huying COMMAND [...]\n\n"
			  "Huying 呼应: the township calls, the county "
			  "responds.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		(void)fprintf(
		    to, "  %-10s %s\n", commands[i].name, commands[i].words);
	(void)fprintf(to,
	    "\nhuying COMMAND --help tells more.\n"
	    "Exit codes: 0 fine, 1 nothing found or refused, 2 wrong usage, "
	    "3 cannot connect.\n");
	return code;
}

int
main(int argc, char **argv)
{
	zsys_handler_set(NULL); /* signals keep their usual meaning */
	log_init("huying", LEVEL_INFO);
	if (sodium_init() < 0)
		never("no randomness");
	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, EXIT_OK);
	if (strcmp(argv[1], "--version") == 0 ||
	    strcmp(argv[1], "version") == 0) {
		printf("huying %s\n", VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	cli_say("no command \"%s\"; huying --help lists them", argv[1]);
	return EXIT_USAGE;
}
