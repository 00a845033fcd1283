/* huying: what its commands share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "common/conf/conf.h"
#include "common/db/db.h"

#include <limits.h>

/* Exit codes of every command; documented in --help. */
enum {
	EXIT_OK = 0,
	EXIT_NOTHING = 1, /* nothing matched, a check failed, a refusal */
	EXIT_USAGE = 2,
	EXIT_CONNECT = 3, /* no database, no bus, no file */
};

/* Each command is cmd_NAME(argc, argv), argv[0] its name. */
#define COMMAND(name, words) int cmd_##name(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

/*
 * Options of one command: "--name VALUE", "--name=VALUE", flags.  Parsed
 * into the caller's struct by the table.  An option that may be repeated
 * has several rows, one behind the other, whose values are NULL at first:
 * each time it is given it fills the next one.
 */
struct option_row {
	const char *name;   /* "--json" */
	const char **value; /* takes an argument, or */
	bool *flag;         /* does not */
};
struct options {
	const char *usage; /* printed for --help, and its first line on error */
	const struct option_row *rows;
	size_t n_rows;
	const char **words; /* arguments that are no options */
	size_t words_max;
};
/* Prints the options' names alone, "--name=" of one with a value. */
#define HELP_OPTIONS "--help=options"
/*
 * -1: go on, *N_WORDS is set; else the exit code to leave with (--help was
 * asked for, or something was wrong and said on stderr).
 */
int options_parse(
    const struct options *o, int argc, char **argv, size_t *n_words);

/*
 * What "-o FORMAT" of COMMAND (its argv[0]) says, NULL when it was not given:
 * -1 with *JSON set, which "--json" may have been before, or the exit code.
 */
int cli_json(const char *format, const char *command, bool *json);

/* Settings, with var/env of huying up filled in; exits the command alike. */
int cli_conf(struct conf *c);
/* An open database with QUERIES prepared, from --db, HUYING_DB or var/env. */
int cli_db(const char *dsn, const char *name, const struct db_query *queries,
    size_t n, struct db **dbp);
/* A database that nothing was written to gets a clock that can be moved. */
enum rc cli_sandbox(struct db *db, struct err *e) MUST_CHECK;
/* The end of what db_begin() began. */
enum rc cli_commit(struct db *db, struct err *e) MUST_CHECK;
/* Rings the bus, if there is one: the journal has grown. */
void cli_ring(void);
/* "huying: TEXT" on stderr. */
void cli_say(const char *fmt, ...) PRINTF(1, 2);
/* Root of the installation: where deploy/ lies, or NULL. */
const char *cli_root(void);
#define CLI_CLUSTER "deploy/cluster.sh"
/* One of our programs: beside this one. */
const char *cli_program(const char *name, char path[PATH_MAX]);
/*
 * Data directory of huying up: HUYING_VAR, or var/ below the root of a
 * source tree, or /var/lib/huying.
 */
const char *cli_var(void);
/* Who types, for what is written down of it. */
#define CLI_WHO 128
const char *cli_who(char text[CLI_WHO]);
/* Colour is wanted: a terminal, no NO_COLOR, not --color never. */
bool cli_colour(const char *when);

#endif
