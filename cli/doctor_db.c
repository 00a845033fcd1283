/* huying doctor: PostgreSQL's settings, schema and roles, the services. */
#include "cli/doctor.h"

#include "cli/roles.h"
#include "common/db/migrations.h"

#include <stdio.h>

#define BEHIND_MS (10 * SECOND_MS)

#define WRITES_PEOPLE                                                          \
	"set it as deploy/cluster.sh and docker-compose.yml do, and reload: "  \
	"else what people wrote may come into the server's log"

/* What must hold, and what follows when it does not. */
static const struct setting {
	const char *name;
	const char *values; /* a|b */
	enum finding how;
	const char *advice;
} settings[] = {
	{ "fsync", "on", FINDING_BAD,
	    "set fsync = on and restart PostgreSQL: a power cut would break "
	    "the whole database" },
	{ "full_page_writes", "on", FINDING_BAD,
	    "set full_page_writes = on and reload: a power cut may tear pages "
	    "in half" },
	{ "synchronous_commit", "on|remote_apply", FINDING_BAD,
	    "remove what turns it off for this role or database (ALTER ROLE, "
	    "ALTER DATABASE): what was acknowledged could be lost" },
	{ "zero_damaged_pages", "off", FINDING_BAD,
	    "set it off: damage would be hidden, and rows with it" },
	{ "ignore_checksum_failure", "off", FINDING_BAD,
	    "set it off: damage would be hidden" },
	{ "server_encoding", "UTF8", FINDING_BAD,
	    "restore into a cluster made with -E UTF8" },
	{ "data_checksums", "on", FINDING_WARN,
	    "stop PostgreSQL and run pg_checksums --enable: a disk that decays "
	    "would not be noticed" },
	{ "autovacuum", "on", FINDING_WARN,
	    "set autovacuum = on and reload: tables would grow without end" },
	{ "log_min_error_statement", "panic|fatal", FINDING_WARN,
	    WRITES_PEOPLE },
	{ "log_statement", "none|ddl", FINDING_WARN, WRITES_PEOPLE },
	{ "log_parameter_max_length", "0", FINDING_WARN, WRITES_PEOPLE },
	{ "log_parameter_max_length_on_error", "0", FINDING_WARN,
	    WRITES_PEOPLE },
};

enum finding
doctor_setting(const char *name, struct str value, const char **advice)
{
	*advice = NULL;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (str_in(str_of(settings[i].values), '|', value))
			return FINDING_OK;
		*advice = settings[i].advice;
		return settings[i].how;
	}
	return FINDING_OK;
}

static void
look_each_setting(struct doctor *d)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct str names[ARRAY_LEN(settings)];
	size_t n_wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		names[i] = str_of(settings[i].name);
	args_init(&a);
	args_strs(&a, names, ARRAY_LEN(names));
	rows = doctor_ask(d, "settings",
	    "SELECT name, setting FROM pg_settings WHERE name = ANY ($1) "
	    "ORDER BY name",
	    &a);
	for (size_t i = 0; rows != NULL && i < rows_n(rows); i++) {
		char name[64];
		const char *advice;
		enum finding how;

		(void)snprintf(
		    name, sizeof(name), "%.*s", STR_ARG(rows_str(rows, i, 0)));
		how = doctor_setting(name, rows_str(rows, i, 1), &advice);
		if (how == FINDING_OK)
			continue;
		n_wrong++;
		doctor_say(d, how, "settings", advice, "%s is %.*s", name,
		    STR_ARG(rows_str(rows, i, 1)));
	}
	if (rows != NULL && n_wrong == 0)
		doctor_say(d, FINDING_OK, "settings", NULL,
		    "%zu settings of PostgreSQL are as they must be",
		    rows_n(rows));
}

/* A standby that commits wait for must be there. */
static void
look_standby(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "standby",
	    "SELECT current_setting('synchronous_standby_names') <> '', "
	    "(SELECT count(*) FROM pg_stat_replication), "
	    "(SELECT count(*) FROM pg_stat_replication "
	    "WHERE sync_state IN ('sync', 'quorum'))",
	    NULL);

	if (rows == NULL)
		return;
	if (rows_bool(rows, 0, 0) && rows_i64(rows, 0, 2) == 0)
		doctor_say(d, FINDING_BAD, "standby",
		    "bring the standby back, or empty "
		    "synchronous_standby_names and reload "
		    "(docs/operations.md, \"Fail-over\")",
		    "commits wait for a synchronous standby, and none is "
		    "there");
	else
		doctor_say(d, FINDING_OK, "standby", NULL,
		    "%lld standbys, %lld of them synchronous",
		    (long long)rows_i64(rows, 0, 1),
		    (long long)rows_i64(rows, 0, 2));
}

static void
look_server(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "database",
	    "SELECT current_setting('server_version'), pg_is_in_recovery(), "
	    "current_setting('server_version_num')::bigint, "
	    "(SELECT count(*) FROM pg_stat_activity "
	    "WHERE backend_type = 'client backend'), "
	    "current_setting('max_connections')::bigint",
	    NULL);
	long long used, most;

	if (rows == NULL)
		return;
	used = rows_i64(rows, 0, 3);
	most = rows_i64(rows, 0, 4);
	if (rows_bool(rows, 0, 1))
		doctor_say(d, FINDING_BAD, "database",
		    "promote it (pg_ctl promote) or name the primary in "
		    "HUYING_DB (docs/operations.md, \"Fail-over\")",
		    "this is a standby: nothing can be written");
	else if (rows_i64(rows, 0, 2) < 150000)
		doctor_say(d, FINDING_BAD, "database", "use PostgreSQL 15",
		    "PostgreSQL %.*s is too old",
		    STR_ARG(rows_str(rows, 0, 0)));
	else if (used * 10 > most * 8)
		doctor_say(d, FINDING_WARN, "database",
		    "raise max_connections and restart PostgreSQL",
		    "%lld of %lld connections are taken", used, most);
	else
		doctor_say(d, FINDING_OK, "database", NULL,
		    "PostgreSQL %.*s, %lld of %lld connections taken",
		    STR_ARG(rows_str(rows, 0, 0)), used, most);
}

void
doctor_look_settings(struct doctor *d)
{
	look_server(d);
	look_each_setting(d);
	look_standby(d);
}

static void
look_version(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "schema",
	    "SELECT coalesce((SELECT max(version) FROM run.migration), "
	    "0)::bigint",
	    NULL);
	long long version;

	if (rows == NULL)
		return;
	version = rows_i64(rows, 0, 0);
	if (version < SCHEMA_VERSION)
		doctor_say(d, FINDING_BAD, "schema", "huying migrate",
		    "version %lld; this program wants %d", version,
		    SCHEMA_VERSION);
	else if (version > SCHEMA_VERSION)
		doctor_say(d, FINDING_BAD, "schema",
		    "use the newer program: a schema does not go back",
		    "version %lld; this program knows %d", version,
		    SCHEMA_VERSION);
	else
		doctor_say(d, FINDING_OK, "schema", NULL,
		    "version %lld, as this program wants", version);
}

static void
look_roles(struct doctor *d)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct str names[ROLES];

	for (size_t i = 0; i < ROLES; i++)
		names[i] = str_of(role_names[i]);
	args_init(&a);
	args_strs(&a, names, ROLES);
	rows = doctor_ask(d, "roles",
	    "SELECT coalesce(string_agg(n, ', ') FILTER (WHERE r.rolname IS "
	    "NULL OR NOT r.rolcanlogin), ''), coalesce(string_agg(n, ', ') "
	    "FILTER (WHERE n LIKE 'huying\\_%' AND (r.rolsuper OR "
	    "r.rolbypassrls OR r.rolcreaterole)), '') "
	    "FROM unnest($1::text[]) n LEFT JOIN pg_roles r ON r.rolname = n",
	    &a);
	if (rows == NULL)
		return;
	if (rows_str(rows, 0, 0).n > 0)
		doctor_say(d, FINDING_BAD, "roles", "huying migrate",
		    "not there, or may not log in: %.*s",
		    STR_ARG(rows_str(rows, 0, 0)));
	else if (rows_str(rows, 0, 1).n > 0)
		doctor_say(d, FINDING_WARN, "roles",
		    "ALTER ROLE ... NOSUPERUSER NOBYPASSRLS NOCREATEROLE: a "
		    "service needs none of it",
		    "may do more than a service should: %.*s",
		    STR_ARG(rows_str(rows, 0, 1)));
	else
		doctor_say(d, FINDING_OK, "roles", NULL,
		    "%d roles, no service may more than it should", ROLES);
}

void
doctor_look_schema(struct doctor *d)
{
	look_version(d);
	look_roles(d);
}

static void
tell_service(struct doctor *d, const struct rows *r, size_t i, size_t *n_well)
{
	struct str name = rows_str(r, i, 0);
	int64_t late = rows_i64(r, i, 3);

	if (rows_i64(r, i, 1) == 0)
		doctor_say(d, FINDING_BAD, "services",
		    "huying up, or docker-compose up -d; its log says why it "
		    "stopped",
		    "%.*s does not run", STR_ARG(name));
	else if (rows_i64(r, i, 4) > 0)
		doctor_say(d, FINDING_WARN, "services",
		    "huying parked list (docs/operations.md, \"A poison "
		    "event\")",
		    "%.*s has %lld parked events", STR_ARG(name),
		    (long long)rows_i64(r, i, 4));
	else if (late > BEHIND_MS)
		doctor_say(d, FINDING_WARN, "services",
		    "docs/operations.md, \"A service lagging\"",
		    "%.*s is %lld events and %lld s behind", STR_ARG(name),
		    (long long)rows_i64(r, i, 2),
		    (long long)(late / SECOND_MS));
	else
		++*n_well;
}

void
doctor_look_services(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "services",
	    "SELECT s.service, (SELECT count(*) FROM run.instance i WHERE "
	    "i.service = s.service AND seen_at > clock_timestamp() - interval "
	    "'6 seconds'), coalesce(l.lag, 0)::bigint, "
	    "(coalesce(l.age, 0) * 1000)::bigint, (SELECT count(*) FROM "
	    "run.parked p WHERE p.service = s.service) "
	    "FROM unnest(ARRAY['bus', 'intake', 'dispatcher', 'enforcement', "
	    "'mediation', 'scoring']) WITH ORDINALITY AS s (service, o) "
	    "LEFT JOIN (SELECT service, max(lag) AS lag, max(age) AS age "
	    "FROM run.lag GROUP BY service) l USING (service) ORDER BY s.o",
	    NULL);
	size_t n_well = 0;

	for (size_t i = 0; rows != NULL && i < rows_n(rows); i++)
		tell_service(d, rows, i, &n_well);
	if (rows != NULL && n_well == rows_n(rows))
		doctor_say(d, FINDING_OK, "services", NULL,
		    "the bus and five services run, none is behind, nothing is "
		    "parked");
}
