/*
 * Rows of one database into another as they are, by binary COPY: for tools
 * that need a part of it beside the one that works.
 */
#ifndef DB_COPY_H
#define DB_COPY_H

#include "common/base/base.h"

struct copier;

/*
 * FROM and TO are libpq connection strings.  All that is read of FROM is one
 * snapshot, as of now, until copier_close(); nothing there is written.
 */
enum rc copier_open(struct copier **cp, const char *from, const char *to,
    struct err *e) MUST_CHECK;
void copier_close(struct copier **cp);

/* The rows of SELECT (its own text, no parameters) into TABLE's columns. */
enum rc copier_copy(struct copier *c, const char *select, const char *table,
    int64_t *n, struct err *e) MUST_CHECK;
/* One number that FROM has; 0 when it is NULL. */
enum rc copier_ask(
    struct copier *c, const char *sql, int64_t *v, struct err *e) MUST_CHECK;
/* Statements in TO. */
enum rc copier_do(struct copier *c, const char *sql, struct err *e) MUST_CHECK;

#endif
