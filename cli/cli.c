#include "cli/cli.h"

#include "common/bus/bell.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
cli_say(const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "huying: ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "\n");
}

/* The row of ARG that is still free, or its last one. */
static const struct option_row *
find_option(const struct options *o, const char *arg)
{
	const struct option_row *row = NULL;
	size_t n = strcspn(arg, "=");

	for (size_t i = 0; i < o->n_rows; i++) {
		if (strncmp(arg, o->rows[i].name, n) != 0 ||
		    o->rows[i].name[n] != '\0')
			continue;
		row = &o->rows[i];
		if (row->value != NULL && *row->value == NULL)
			break;
	}
	return row;
}

static bool
is_repeatable(const struct options *o, const struct option_row *row)
{
	return row > o->rows && strcmp(row[-1].name, row->name) == 0;
}

static int
wrong(const struct options *o, const char *what, const char *arg)
{
	cli_say("%s: %s", what, arg);
	(void)fprintf(stderr, "%.*s\n", (int)strcspn(o->usage, "\n"), o->usage);
	return EXIT_USAGE;
}

/* One option at argv[*I]; moves *I over its value. */
static int
take_option(const struct options *o, int argc, char **argv, int *i)
{
	const struct option_row *row = find_option(o, argv[*i]);
	char *equal = strchr(argv[*i], '=');

	if (row == NULL)
		return wrong(o, "no such option", argv[*i]);
	if (row->flag != NULL) {
		if (equal != NULL)
			return wrong(o, "takes no value", row->name);
		*row->flag = true;
		return -1;
	}
	if (equal == NULL && *i + 1 >= argc)
		return wrong(o, "needs a value", row->name);
	if (is_repeatable(o, row) && *row->value != NULL)
		return wrong(o, "is given too often", row->name);
	*row->value = equal != NULL ? equal + 1 : argv[++*i];
	return -1;
}

/* Each once, "--name=" when it takes a value. */
static void
list_options(const struct options *o)
{
	for (size_t i = 0; i < o->n_rows; i++)
		if (!is_repeatable(o, &o->rows[i]))
			printf("%s%s\n", o->rows[i].name,
			    o->rows[i].value != NULL ? "=" : "");
}

int
options_parse(const struct options *o, int argc, char **argv, size_t *n_words)
{
	bool over = false;
	int code;

	*n_words = 0;
	for (int i = 1; i < argc; i++) {
		if (!over && strcmp(argv[i], "--") == 0) {
			over = true;
		} else if (!over && (strcmp(argv[i], "--help") == 0 ||
					strcmp(argv[i], "-h") == 0)) {
			(void)fputs(o->usage, stdout);
			return EXIT_OK;
		} else if (!over && strcmp(argv[i], HELP_OPTIONS) == 0) {
			list_options(o);
			return EXIT_OK;
		} else if (!over && argv[i][0] == '-' && argv[i][1] != '\0') {
			code = take_option(o, argc, argv, &i);
			if (code >= 0)
				return code;
		} else if (*n_words == o->words_max) {
			return wrong(o, "one word too many", argv[i]);
		} else {
			o->words[(*n_words)++] = argv[i];
		}
	}
	return -1;
}

/* Takes the last N names off. */
static bool
go_up(char *path, int n)
{
	while (n-- > 0) {
		char *slash = strrchr(path, '/');

		if (slash == NULL || slash == path)
			return false;
		*slash = '\0';
	}
	return true;
}

static bool
has(const char *root, const char *name)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return access(path, F_OK) == 0;
}

/*
 * Installed, ROOT/bin/huying; else build/bin/huying -> build/MODE/bin/huying
 * below it.
 */
const char *
cli_root(void)
{
	static char root[PATH_MAX];
	ssize_t n;

	if (root[0] != '\0')
		return root;
	n = readlink("/proc/self/exe", root, sizeof(root) - 1);
	if (n <= 0)
		return NULL;
	root[n] = '\0';
	if (go_up(root, 2) && (has(root, CLI_CLUSTER) || go_up(root, 2)))
		return root;
	root[0] = '\0';
	return NULL;
}

const char *
cli_program(const char *name, char path[PATH_MAX])
{
	const char *root = cli_root();

	if (root == NULL)
		return name;
	(void)snprintf(path, PATH_MAX, "%s/%s/%s", root,
	    has(root, "build/bin") ? "build/bin" : "bin", name);
	return path;
}

const char *
cli_var(void)
{
	static char var[PATH_MAX + 8];
	const char *set = getenv("HUYING_VAR");

	if (set != NULL && set[0] != '\0')
		return set;
	if (cli_root() == NULL || !has(cli_root(), "build/bin"))
		return "/var/lib/huying";
	(void)snprintf(var, sizeof(var), "%s/var", cli_root());
	return var;
}

/* KEY=VALUE lines; what is set in the environment stays. */
static void
read_env(void)
{
	char path[PATH_MAX + 16], line[1024];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/env", cli_var());
	f = fopen(path, "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		char *equal = strchr(line, '=');

		line[strcspn(line, "\n")] = '\0';
		if (equal == NULL || strncmp(line, "HUYING_", 7) != 0)
			continue;
		*equal = '\0';
		(void)setenv(line, equal + 1, 0);
	}
	(void)fclose(f);
}

int
cli_json(const char *format, const char *command, bool *json)
{
	if (format != NULL && strcmp(format, "json") != 0) {
		cli_say("-o takes json; huying %s --help tells more", command);
		return EXIT_USAGE;
	}
	*json = *json || format != NULL;
	return -1;
}

int
cli_conf(struct conf *c)
{
	struct err e;

	read_env();
	if (conf_load(c, &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_USAGE;
}

int
cli_db(const char *dsn, const char *name, const struct db_query *queries,
    size_t n, struct db **dbp)
{
	struct conf c;
	struct err e;
	struct db *db = NULL;
	int code = cli_conf(&c);

	if (code >= 0)
		return code;
	if (db_open(&db, dsn != NULL ? dsn : c.db, name, &e) != RC_OK ||
	    db_prepare(db, queries, n, &e) != RC_OK) {
		cli_say("%s", e.text);
		db_close(&db);
		return EXIT_CONNECT;
	}
	*dbp = db;
	return -1;
}

void
cli_ring(void)
{
	struct bell *bell = NULL;
	struct conf c;
	struct err e;

	if (conf_load(&c, &e) == RC_OK && bell_open(&bell, c.ring, &e) == RC_OK)
		bell_ring(bell);
	bell_close(&bell);
}

const char *
cli_who(char text[CLI_WHO])
{
	const struct passwd *pw = getpwuid(getuid());
	const char *before = getenv("SUDO_USER");

	(void)snprintf(text, CLI_WHO, "%s%s%s", pw != NULL ? pw->pw_name : "?",
	    before != NULL ? " for " : "", before != NULL ? before : "");
	return text;
}

bool
cli_colour(const char *when)
{
	const char *no;

	if (when != NULL && strcmp(when, "always") == 0)
		return true;
	if (when != NULL && strcmp(when, "never") == 0)
		return false;
	no = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0');
}

enum rc
cli_sandbox(struct db *db, struct err *e)
{
	return db_script(db,
	    "UPDATE run.clock SET sandbox = true WHERE journal.head() = 0", e);
}

enum rc
cli_commit(struct db *db, struct err *e)
{
	db_commit(db);
	TRY(db_flush(db, e));
	return db_next(db, NULL, e);
}
