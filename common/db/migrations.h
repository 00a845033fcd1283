/* The schema, built in: numbered SQL files of schemas/db. */
#ifndef DB_MIGRATIONS_H
#define DB_MIGRATIONS_H

#include "common/db/db.h"

/* What services are built for; the last migration's number. */
#define SCHEMA_VERSION 23

/* What db_migrate() found and did. */
struct migrated {
	int before;
	int after;
};

/*
 * Applies what is missing, each file in a transaction of its own, under an
 * advisory lock.  RC_FATAL when an applied file's checksum has changed, or
 * the database is newer than this program and does not work with it; when it
 * does, AFTER is above SCHEMA_VERSION, and nothing was done.
 */
enum rc db_migrate(struct db *db, struct migrated *m, struct err *e) MUST_CHECK;

/* RC_FATAL when the database's schema is older, or newer and not for us. */
enum rc db_check_schema(struct db *db, struct err *e) MUST_CHECK;

#endif
