#include "common/db/db.h"

/* SQLSTATE classes and codes, longest match first. */
static const struct {
	const char *prefix;
	enum rc rc;
} states[] = {
	{ "40001", RC_RETRY },  /* serialization failure */
	{ "40P01", RC_RETRY },  /* deadlock */
	{ "55P03", RC_RETRY },  /* lock not available */
	{ "57014", RC_RETRY },  /* statement time-out */
	{ "57P", RC_RETRY },    /* shutting down, starting up */
	{ "25P03", RC_RETRY },  /* idle in transaction time-out */
	{ "25006", RC_RETRY },  /* read only: a standby */
	{ "08", RC_RETRY },     /* connection */
	{ "0A000", RC_RETRY },  /* a table changed: connect anew */
	{ "53", RC_RETRY },     /* disk full, out of memory */
	{ "58", RC_RETRY },     /* the server's own disk fails it */
	{ "22", RC_REJECT },    /* bad data */
	{ "23", RC_REJECT },    /* constraint */
	{ "P0001", RC_REJECT }, /* our own RAISE */
	{ "42", RC_FATAL },     /* not the schema we were built for */
};

enum rc
db_rc_of(const char *sqlstate)
{
	if (sqlstate == NULL)
		return RC_RETRY;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strncmp(sqlstate, states[i].prefix,
			strlen(states[i].prefix)) == 0)
			return states[i].rc;
	return RC_FATAL;
}
