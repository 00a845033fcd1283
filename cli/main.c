/* huying: one tool for operators and integrators. */
#include "cli/cli.h"
#include "cli/help.h"

#include "common/base/log.h"
#include "common/base/version.h"

#include <czmq.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static int
usage(FILE *to, int code)
{
	AUTO(buf_fini) struct buf list;

	buf_init(&list, (size_t)64 * 1024);
	help_list(&list);
	(void)fwrite(list.p, 1, list.n, to);
	return code;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	zsys_handler_set(NULL); /* signals keep their usual meaning */
	log_init("huying", LEVEL_INFO);
	if (sodium_init() < 0)
		never("no randomness");
	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, EXIT_OK);
	if (strcmp(argv[1], "--version") == 0 ||
	    strcmp(argv[1], "version") == 0) {
		printf("huying %s\n", VERSION);
		return EXIT_OK;
	}
	command = help_find(argv[1]);
	if (command != NULL)
		return command->run(argc - 1, argv + 1);
	cli_say("no command \"%s\"; huying --help lists them", argv[1]);
	return EXIT_USAGE;
}
