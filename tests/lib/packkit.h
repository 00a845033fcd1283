/* Packs that tests load into a database of their own, one after the other. */
#ifndef TESTS_PACKKIT_H
#define TESTS_PACKKIT_H

#include "tests/lib/scratch.h"

#define GOLDEN "tests/golden/pack"
#define OUTPUT_MAX 65536

extern struct packkit {
	struct scratch *scratch;
	struct arena *arena;
	char dir[40];
	char output[OUTPUT_MAX]; /* of the last command */
} packkit;

/* Fixtures of a group, and of a test, which begins with nothing loaded. */
int packkit_setup(void **state);
int packkit_teardown(void **state);
int packkit_empty(void **state);

struct str packkit_ask(const char *sql);
void packkit_expect(const char *sql, const char *want);
/* Runs huying pack COMMAND FOLDER; both outputs go to packkit.output. */
int packkit_run(const char *command, const char *folder, const char *option);
/* Loads FOLDER; WANT is the exit code. */
void packkit_load(const char *folder, int want);
/* A copy of the golden pack in packkit.dir, changed by a shell command. */
void packkit_change(const char *fmt, ...) PRINTF(1, 2);
/* Version V, valid from DAY, with EDIT on top. */
#define VERSION(v, day, edit)                                                  \
	"sed -i 's/^version,.*/version," v                                     \
	"/; s/^valid_from,.*/valid_from," day "/' pack.csv && " edit

#endif
