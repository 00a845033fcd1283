/* Inside libhuying: what its files share. */
#ifndef LIB_INSIDE_H
#define LIB_INSIDE_H

#include "common/base/str.h"
#include "common/conf/conf.h"
#include "include/huying.h"

/* Once in a process, whoever comes first. */
void lib_init(void);
/* Fills ERROR, which may be NULL. */
enum huying_code lib_fail(struct huying_error *error, enum huying_code code,
    const char *fmt, ...) PRINTF(3, 4);
/* E's text under CODE. */
enum huying_code lib_tell(
    struct huying_error *error, enum huying_code code, const struct err *e);
enum huying_code lib_ok(struct huying_error *error);
/*
 * Copies the caller's options, of whatever size their struct has, into TO;
 * what it does not have yet is 0.  False when FROM has no sound size.
 */
bool lib_options(void *to, size_t to_size, const void *from);
/* The endpoint that was given, or that of the environment. */
enum rc lib_endpoint(const char *given, struct conf *c,
    const char *const *setting, const char **endpoint,
    struct err *e) MUST_CHECK;

#endif
