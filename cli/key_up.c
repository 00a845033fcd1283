/* The keys that huying up makes: the bus's own, and one for each service. */
#include "cli/key.h"

#include "cli/supervise.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum rc
key_add_server(struct db *db, const char *public_key, struct err *e)
{
	TRY(key_begin(db, e));
	TRY(key_do(db, "key_add_server", &public_key, 1, NULL, e));
	return cli_commit(db, e);
}

/* The key in FOLDER/NAME.key, made unless it is there. */
static enum rc
take_or_make(const char *folder, const char *name, const char *server,
    struct curve_key *key, struct err *e)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s.key", folder, name) >=
	    (int)sizeof(path))
		return err_set(e, RC_FATAL, "%s: the path is too long", folder);
	if (access(path, F_OK) == 0)
		return curve_read(path, "key file", key, e);
	curve_new(key, name, server);
	return curve_write(path, key, e);
}

/* A service follows the feed and rings; it publishes through the journal. */
static enum rc
ensure_service(struct db *db, const struct curve_key *key, struct err *e)
{
	static const char *const verbs[] = { "live", "ring" };
	const char *row[] = { key->name, "a service of this installation",
		"500", "1000" };
	const char *open[] = { key->name, key->public_key };

	TRY(key_begin(db, e));
	TRY(key_do(db, "key_add_client", row, 4, NULL, e));
	TRY(key_do(db, "key_add_key", open, 2, NULL, e));
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		const char *texts[] = { key->name, verbs[i], "*" };

		TRY(key_do(db, "key_add_grant", texts, 3, NULL, e));
	}
	return cli_commit(db, e);
}

enum rc
key_ensure_all(struct db *db, const char *folder, struct err *e)
{
	struct curve_key bus, key;
	enum rc rc;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return err_set(e, RC_FATAL, "%s: %m", folder);
	TRY(key_prepare(db, e));
	TRY(take_or_make(folder, "bus", "", &bus, e));
	rc = key_add_server(db, bus.public_key, e);
	for (int i = 1; i < SUPERVISED && rc == RC_OK; i++) {
		rc = take_or_make(
		    folder, supervise_names[i], bus.public_key, &key, e);
		if (rc == RC_OK)
			rc = ensure_service(db, &key, e);
		curve_fini(&key);
	}
	curve_fini(&bus);
	return rc;
}
