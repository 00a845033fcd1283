/* huying up, for those that bring an installation up themselves. */
#ifndef CLI_UP_H
#define CLI_UP_H

#include "cli/place.h"

/*
 * Database, bus and services of P, and its settings.  SANDBOX: a new database
 * has a clock that can be moved; FRESH: another one is thrown away first.
 * -1 when all are ready, or an exit code.
 */
int up_start(const struct place *p, bool sandbox, bool fresh);
/* Stops what up_start() started; true when nothing of it runs any more. */
bool up_stop(const struct place *p);
/* Runs deploy/cluster.sh ACTION on P's database; its exit code. */
int up_cluster(const struct place *p, const char *action);

/* -1 with an open database, or the exit code. */
int up_open_db(const struct place *p, struct db **db);
/*
 * Makes the keys that are not there.  One that is gone while the database
 * holds what was locked with it is made only with P->new_keys.  -1, or the exit
 * code.
 */
int up_make_keys(const struct place *p);
/* Keys for TCP, when that is wanted. */
int up_make_tcp_keys(const struct place *p);

#endif
