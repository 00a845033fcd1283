/* Inside cli/print.c: what one field says. */
#ifndef CLI_PRINT_FIELD_H
#define CLI_PRINT_FIELD_H

#include "cli/print.h"

/* Whether the field is a time limit: named *_by, or due_at. */
bool print_is_limit(const struct msg_field *f);
/* Whether it has something to say in a line, beside limits. */
bool print_is_seen(const struct msg_field *f, const void *msg);
/* Appends nothing for the id of the casefile itself. */
void print_field(struct printer *p, const struct msg_field *f, const void *msg,
    struct str subject, int64_t at, struct buf *out);
/* NAME in words, but for its end WITHOUT. */
void print_label(struct buf *out, const char *name, const char *without);

#endif
