/* huying doctor: key files, and what the database knows of keys. */
#include "cli/doctor.h"

#include "common/base/file.h"
#include "common/bus/curve.h"

#include <sodium.h>
#include <stdio.h>

#define LOST                                                                   \
	"docs/operations.md, \"A lost key\": bring the file back from its "    \
	"backup before anything else"

static bool
look_ring(struct doctor *d, const char *setting, const char *path,
    struct vault_ring *ring)
{
	struct err e;

	if (path[0] == '\0')
		return false;
	if (vault_ring_read(path, setting, ring, &e) != RC_OK) {
		doctor_say(d, FINDING_BAD, "keys", LOST, "%s", e.text);
		return false;
	}
	doctor_say(d, FINDING_OK, "keys", NULL, "%s: %s, %zu key%s", setting,
	    path, ring->n, ring->n == 1 ? "" : "s");
	return true;
}

/* The bus seals to this one: it must be of intake's newest key. */
static void
look_public(struct doctor *d, const struct vault_ring *seal)
{
	const char *path = d->conf.intake_public_key;
	unsigned char mine[crypto_box_PUBLICKEYBYTES];
	char hex[2 * sizeof(mine) + 1];
	struct buf text;
	struct err e;
	enum rc rc;

	if (path[0] == '\0')
		return;
	buf_init(&text, 256);
	rc = file_read(path, 128, &text, &e);
	if (rc != RC_OK) {
		doctor_say(d, FINDING_BAD, "keys", LOST,
		    "HUYING_INTAKE_PUBLIC_KEY: %s", e.text);
	} else if (seal != NULL &&
		   crypto_scalarmult_base(mine, seal->keys[seal->n - 1]) == 0) {
		(void)sodium_bin2hex(hex, sizeof(hex), mine, sizeof(mine));
		if (!str_starts(buf_get(&text), str_of(hex)))
			doctor_say(d, FINDING_BAD, "keys",
			    "huying up makes it anew from intake's key; then "
			    "publishers seal to a key that opens",
			    "%s is not the public half of intake's newest key",
			    path);
	}
	buf_fini(&text);
}

static bool
is_in(struct str id, enum vault_use use, const struct vault_ring *ring)
{
	char own[VAULT_KEY_ID];

	for (size_t i = 0; i < ring->n; i++)
		if (str_is(id, vault_key_id(use, ring->keys[i], own)))
			return true;
	return false;
}

/* Keys that something was locked with, and no file has them any more. */
static void
look_held(struct doctor *d, const struct vault_ring *lock,
    const struct vault_ring *seal)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "vault",
	    "SELECT id, kind, held FROM vault.keys() "
	    "WHERE retired_at IS NULL AND held > 0",
	    NULL);
	size_t n_lost = 0;

	for (size_t i = 0; rows != NULL && i < rows_n(rows); i++) {
		bool locks = str_is(rows_str(rows, i, 1), "lock");
		const struct vault_ring *ring = locks ? lock : seal;

		if (ring == NULL || is_in(rows_str(rows, i, 0),
					locks ? VAULT_LOCK : VAULT_SEAL, ring))
			continue;
		n_lost++;
		doctor_say(d, FINDING_BAD, "vault", LOST,
		    "key %.*s is in no file, and %lld %s can only be opened "
		    "with it",
		    STR_ARG(rows_str(rows, i, 0)),
		    (long long)rows_i64(rows, i, 2),
		    locks ? "identities" : "sealed parts");
	}
	if (rows != NULL && n_lost == 0)
		doctor_say(d, FINDING_OK, "vault", NULL,
		    "every key that something is locked with is at hand");
}

static void
look_bus_key(struct doctor *d)
{
	struct curve_key key;
	struct err e;

	if (d->conf.bus_key[0] == '\0') {
		if (d->conf.tcp[0] != '\0')
			doctor_say(d, FINDING_BAD, "keys",
			    "huying down, then huying up --tcp HOST, which "
			    "makes it",
			    "HUYING_TCP is set, HUYING_BUS_KEY is not");
		return;
	}
	if (curve_read(d->conf.bus_key, "HUYING_BUS_KEY", &key, &e) != RC_OK) {
		doctor_say(d, FINDING_BAD, "keys", LOST, "%s", e.text);
		return;
	}
	doctor_say(
	    d, FINDING_OK, "keys", NULL, "HUYING_BUS_KEY: %s", d->conf.bus_key);
	curve_fini(&key);
}

/* Who was let in, and has no key (any more); whose ends soon. */
static void
look_clients(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "clients",
	    "WITH k AS (SELECT c.name, max(coalesce(k.expires_at, "
	    "'infinity')) FILTER (WHERE k.public_key IS NOT NULL AND "
	    "k.revoked_at IS NULL AND "
	    "coalesce(k.expires_at, 'infinity') > clock_timestamp()) AS until "
	    "FROM access.client c LEFT JOIN access.key k ON k.client = c.name "
	    "WHERE c.disabled_at IS NULL GROUP BY c.name) "
	    "SELECT count(*), coalesce(string_agg(name, ', ' ORDER BY name) "
	    "FILTER (WHERE until IS NULL), ''), coalesce(string_agg(name, "
	    "', ' ORDER BY name) FILTER (WHERE until < clock_timestamp() + "
	    "interval '14 days'), '') FROM k",
	    NULL);

	if (rows == NULL)
		return;
	if (rows_str(rows, 0, 1).n > 0)
		doctor_say(d, FINDING_WARN, "clients",
		    "huying key rotate NAME gives a new one, huying key revoke "
		    "NAME ends it",
		    "without a key that is good: %.*s",
		    STR_ARG(rows_str(rows, 0, 1)));
	if (rows_str(rows, 0, 2).n > 0)
		doctor_say(d, FINDING_WARN, "clients",
		    "huying key rotate NAME, and hand the file over in time",
		    "their last key ends within 14 days: %.*s",
		    STR_ARG(rows_str(rows, 0, 2)));
	if (rows_str(rows, 0, 1).n + rows_str(rows, 0, 2).n == 0)
		doctor_say(d, FINDING_OK, "clients", NULL,
		    "%lld clients, each with a key",
		    (long long)rows_i64(rows, 0, 0));
}

void
doctor_look_keys(struct doctor *d)
{
	struct vault_ring lock = { .n = 0 }, seal = { .n = 0 };
	bool locks = look_ring(d, "HUYING_VAULT_KEY", d->conf.vault_key, &lock);
	bool seals =
	    look_ring(d, "HUYING_INTAKE_KEY", d->conf.intake_key, &seal);

	look_public(d, seals ? &seal : NULL);
	look_bus_key(d);
	if (d->conf.vault_key[0] == '\0' && d->conf.intake_key[0] == '\0')
		doctor_say(d, FINDING_NOTE, "keys",
		    "run huying doctor with the settings of intake",
		    "no setting here names a key of the vault");
	if (d->db != NULL) {
		if (locks || seals)
			look_held(
			    d, locks ? &lock : NULL, seals ? &seal : NULL);
		look_clients(d);
	}
	vault_ring_wipe(&lock);
	vault_ring_wipe(&seal);
}
