/*
 * Who may do what, kept in memory: the open rows of the schema access, read
 * anew when they have changed.  A key that is not in here is nobody's.
 */
#ifndef BUS_ACCESS_H
#define BUS_ACCESS_H

#include "common/bus/curve.h"
#include "common/db/db.h"
#include "services/bus/rights.h"

struct access;

/* User-Id of whoever comes over a unix socket; everybody else's is a key. */
#define ACCESS_LOCAL "local"

/* The doors that are asked about at the handshake alone. */
enum door {
	DOOR_LIVE,
	DOOR_RING,
	DOORS
};

/* Empty: it knows the local client alone. */
struct access *access_new(void);
void access_free(struct access **ap);

/*
 * Reads what has changed; DB has the bus's queries.  After a failure what is
 * known stays.  *CHANGED: somebody may do more or less than before.
 */
enum rc access_load(
    struct access *a, struct db *db, bool *changed, struct err *e) MUST_CHECK;

/* Whose connection that is; NULL: nobody's (any more).  Good until a load. */
struct client *access_find(struct access *a, struct str user);

/* USER passed DOOR's handshake: the door is to be shut when it may not. */
void access_entered(struct access *a, struct str user, enum door door);
/* True, once, when somebody who entered DOOR may not be there any more. */
bool access_to_shut(struct access *a, enum door door);

#endif
