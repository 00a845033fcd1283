/* The database roles of deploy/db/roles.sql, and their passwords. */
#ifndef CLI_ROLES_H
#define CLI_ROLES_H

#include "common/db/db.h"

/* Roles and grants; again whatever there is of them. */
enum rc roles_grant(struct db *db, const char *root, struct err *e) MUST_CHECK;

/*
 * Passwords, of files as libpq reads them: FOLDER/ROLE.pgpass, one line,
 * host:port:database:role:password.  A role whose file is missing keeps what
 * it has.
 */
enum rc roles_passwords(
    struct db *db, const char *folder, struct err *e) MUST_CHECK;

/* Everybody who needs one; the owner of the database first. */
#define ROLES 8
extern const char *const role_names[ROLES];

#endif
