/* The supervisor: six processes, started again when they fall. */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include "common/base/base.h"

#define SUPERVISED 6 /* the bus and five services */
extern const char *const supervise_names[SUPERVISED]; /* the bus first */

/*
 * Starts a supervisor in the background, unless one runs for VAR.  It logs
 * to VAR/log, writes VAR/pids.  0, or an exit code with a word on stderr.
 */
int supervise_start(const char *root, const char *var);
/* Ends it and what it started; true when nothing of it runs any more. */
bool supervise_stop(const char *var);
/* Whether one runs for VAR. */
bool supervise_runs(const char *var);

#endif
