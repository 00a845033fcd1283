/* The list of commands, and what each says of itself. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "common/base/buf.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *words;
};

/* In the order of commands.def. */
extern const struct command help_commands[];
extern const size_t help_count;
/* NULL: there is none of that name. */
const struct command *help_find(const char *name);
void help_list(struct buf *out);

/*
 * What COMMAND prints when it is given OPTION (--help and its like), behind
 * what OUT has; in a process of its own.
 */
enum rc help_capture(const struct command *command, const char *option,
    struct buf *out, struct err *e) MUST_CHECK;

/*
 * The words that COMMAND begins with ("show", "list"), read from the usage
 * lines of its HELP: separated by blanks.
 */
void help_words(const char *command, struct str help, struct buf *out);

/* man.c (pure): pages for man(1), of the list and of one command's help. */
void man_tool(struct buf *out);
void man_command(
    const char *name, const char *words, struct str help, struct buf *out);

#endif
