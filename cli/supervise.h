/* The supervisor: the bus and its services, started again when they fall. */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include "common/base/base.h"

#define SUPERVISED 6 /* the bus and five services */
extern const char *const supervise_names[SUPERVISED]; /* the bus first */
#define INSTANCES_MAX 8 /* of a service: it has so many slots */

/*
 * Starts a supervisor in the background, unless one runs for VAR.  It runs
 * one bus and INSTANCES of each service, logs to VAR/log, writes VAR/pids;
 * *STARTED is whether it was not there.  0, or an exit code with a word on
 * stderr.
 */
int supervise_start(const char *var, int instances, bool *started);
/* Ends it and what it started; true when nothing of it runs any more. */
bool supervise_stop(const char *var);
/* Whether one runs for VAR. */
bool supervise_runs(const char *var);

#endif
