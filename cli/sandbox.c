/*
 * huying sandbox: an installation to try things on, beside whatever else
 * there is: its own folder, database, ports, keys and time, and staff.
 */
#include "cli/lock.h"
#include "cli/sandbox.h"
#include "cli/supervise.h"
#include "cli/up.h"
#include "common/msg/wire.h"
#include "include/huying.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DIR_PRESET "huying-sandbox"
#define AT_PRESET "2026-03-18T08:00+08:00"
#define PORT_PRESET 17401
#define STAFF_END_MS 5000
#define KEYS_KNOWN_MS 15000

static const char usage[] =
    "usage: huying sandbox [--dir DIR] [--pack DIR] [--at TIME] [--port N]\n"
    "                      [--no-staff] [-o json]\n"
    "       huying sandbox down [--dir DIR] [--keep]\n"
    "\n"
    "Starts all there is for an integrator to try: a database, the bus and\n"
    "the five services in DIR (./huying-sandbox), with a county, two keys\n"
    "and a clock of its own; prints where to connect.  Nothing else on the\n"
    "machine is touched, and several may run, each in its folder.\n"
    "\n"
    "Staff answer what comes: a report that is handed in goes all its way to\n"
    "the end within seconds, while the sandbox's clock runs through days.\n"
    "Without staff its clock stands still until huying clock moves it.\n"
    "\n"
    "  down          stops it and removes DIR; also --stop\n"
    "  --keep        leaves DIR; the next huying sandbox goes on with it\n"
    "  --dir DIR     where it lies\n"
    "  --pack DIR    the county; Tonglu's (桐庐县) when left out\n"
    "  --at TIME     when it begins; 2026-03-18T08:00+08:00\n"
    "  --port N      the first of four ports on 127.0.0.1; free ones are\n"
    "                looked for when left out\n"
    "  --no-staff    nobody answers\n"
    "  -o json       what was started, as one object; also --json\n"
    "\n"
    "Exit codes: 0 done, 1 DIR holds something else, or a port is taken,\n"
    "2 wrong usage, 3 something did not start or stop.\n";

static void
endpoint_of(const struct sandbox *s, int door, char text[64])
{
	(void)snprintf(
	    text, 64, "tcp://127.0.0.1:%lld", (long long)s->port + door);
}

/* A key is known within five seconds, and nobody answers it before. */
static int
await_keys(const struct sandbox *s)
{
	struct huying_publisher_options o = { .size = sizeof(o),
		.name = "sandbox",
		.timeout_ms = KEYS_KNOWN_MS };
	struct huying_publisher *p = NULL;
	struct huying_error e;
	char endpoint[64], key[PLACE_PATH];

	endpoint_of(s, 0, endpoint);
	o.endpoint = endpoint;
	o.key_file = place_below(s->path, "publisher.key", key);
	if (huying_publisher_open(&p, &o, &e) != HUYING_OK) {
		cli_say("the bus does not know the keys: %s", e.text);
		return EXIT_CONNECT;
	}
	huying_publisher_close(&p);
	return -1;
}

static const char *const doors[] = { "publish", "live", "log" };

/* Settings of a client, for a shell and what it starts. */
static int
write_client(const struct sandbox *s)
{
	static const char *const names[] = { "HUYING_PUBLISH", "HUYING_LIVE",
		"HUYING_LOG" };
	char path[PLACE_PATH], endpoint[64];
	FILE *f = fopen(place_below(s->path, "client.sh", path), "w");

	if (f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return EXIT_CONNECT;
	}
	/* All of it, over what a shell may have of another installation. */
	(void)fprintf(f, "export HUYING_VAR='%s'\n", s->path);
	(void)fprintf(f, "export HUYING_DB='%s'\n", s->place.dsn);
	(void)fprintf(f, "export HUYING_RUN='%s'\n", s->place.sockets);
	(void)fprintf(f, "export HUYING_KEY='%s/publisher.key'\n", s->path);
	(void)fprintf(f, "export HUYING_SOURCE=/sandbox\n");
	for (int i = 0; i < (int)ARRAY_LEN(names); i++) {
		endpoint_of(s, i, endpoint);
		(void)fprintf(f, "export %s='%s'\n", names[i], endpoint);
	}
	return fclose(f) == 0 ? -1 : EXIT_CONNECT;
}

static void
tell_json(const struct sandbox *s)
{
	static const char *const files[][2] = { { "publisher",
						    "publisher.key" },
		{ "reader", "reader.key" }, { "settings", "client.sh" } };
	char endpoint[64], path[PLACE_PATH];
	struct buf b;

	buf_init(&b, (size_t)64 * 1024);
	buf_z(&b, "{\"dir\":");
	wire_json_str(str_of(s->path), &b);
	for (int i = 0; i < (int)ARRAY_LEN(doors); i++) {
		endpoint_of(s, i, endpoint);
		buf_printf(&b, ",\"%s\":\"%s\"", doors[i], endpoint);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		(void)place_below(s->path, files[i][1], path);
		buf_printf(&b, ",\"%s\":", files[i][0]);
		wire_json_str(str_of(path), &b);
	}
	buf_printf(&b, ",\"staff\":%s}\n", s->no_staff ? "false" : "true");
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_fini(&b);
}

static void
tell(const struct sandbox *s)
{
	char endpoint[64];

	if (s->json) {
		tell_json(s);
		return;
	}
	printf("A sandbox is up in %s.\n\n", s->dir);
	for (int i = 0; i < (int)ARRAY_LEN(doors); i++) {
		endpoint_of(s, i, endpoint);
		printf("  %-9s %s\n", doors[i], endpoint);
	}
	printf("  %-9s %s/publisher.key  publishes as /sandbox, reads all\n"
	       "  %-9s %s/reader.key     reads all, publishes nothing\n"
	       "  %-9s %s/client.sh      all of this, for a shell\n"
	       "  %-9s %s\n\n",
	    "keys", s->dir, "", s->dir, "settings", s->dir, "staff",
	    s->no_staff ? "none: huying clock moves the time"
			: "answers; the clock moves while work is open");
	printf("  . %s/client.sh\n"
	       "  huying publish report.submit channel=app "
	       "summary=路灯不亮 --division 330122109 \\\n"
	       "      --wait-for %s --timeout 60s\n"
	       "  huying case show\n\n"
	       "huying sandbox down ends it, and its data.\n",
	    s->dir, s->no_staff ? "report.received" : "casefile.archived");
}

static int
start(struct sandbox *s)
{
	bool is_new;
	int code = sandbox_take_ports(s);

	if (code >= 0 || (code = sandbox_take_dir(s)) >= 0)
		return code;
	if (supervise_runs(s->path)) {
		cli_say("%s is up already: huying sandbox down first", s->dir);
		return EXIT_NOTHING;
	}
	s->place.tcp = "127.0.0.1";
	s->place.instances = 1;
	is_new = !sandbox_has(s, "client.sh");
	if ((code = up_start(&s->place, true, false)) >= 0 ||
	    (is_new && (code = sandbox_furnish(s)) >= 0) ||
	    (!s->no_staff && (code = sandbox_call_staff(s)) >= 0) ||
	    (code = await_keys(s)) >= 0 || (code = write_client(s)) >= 0)
		return code;
	tell(s);
	return EXIT_OK;
}

static int
end(struct sandbox *s)
{
	int code;

	if (access(s->dir, F_OK) != 0) {
		cli_say("there is no %s", s->dir);
		return EXIT_NOTHING;
	}
	if ((code = sandbox_take_dir(s)) >= 0)
		return code;
	if (lock_end(s->path, SANDBOX_STAFF, STAFF_END_MS) > 0 ||
	    !up_stop(&s->place)) {
		cli_say("not all of it stopped; see %s/log", s->dir);
		return EXIT_CONNECT;
	}
	if (s->keep) {
		cli_say("down; %s stays", s->dir);
		return EXIT_OK;
	}
	if (up_cluster(&s->place, "destroy") != 0 ||
	    !sandbox_remove(s->place.sockets) || !sandbox_remove(s->path)) {
		cli_say("%s could not be removed: %s", s->dir, strerror(errno));
		return EXIT_CONNECT;
	}
	cli_say("down, and %s removed", s->dir);
	return EXIT_OK;
}

static int
check(struct sandbox *s, const char *word)
{
	const char *root = cli_root();

	s->down = s->stop || (word != NULL && strcmp(word, "down") == 0);
	s->port = PORT_PRESET;
	if ((word != NULL && !s->down) || (s->keep && !s->down)) {
		cli_say("sandbox: down or nothing, --keep with down; huying "
			"sandbox --help tells more");
		return EXIT_USAGE;
	}
	if (s->port_text != NULL &&
	    (!str_i64(str_of(s->port_text), &s->port) || s->port < 1024 ||
		s->port > 65535 - SANDBOX_PORTS)) {
		cli_say(
		    "--port must be from 1024 to %d", 65535 - SANDBOX_PORTS);
		return EXIT_USAGE;
	}
	(void)snprintf(s->pack_path, sizeof(s->pack_path), "%s%s",
	    s->pack != NULL ? s->pack
	    : root != NULL  ? root
			    : "",
	    s->pack != NULL ? "" : "/deploy/packs/tonglu");
	return cli_json(s->format, "sandbox", &s->json);
}

int
cmd_sandbox(int argc, char **argv)
{
	struct sandbox s = { .dir = DIR_PRESET, .at = AT_PRESET };
	const struct option_row rows[] = {
		{ "--dir", &s.dir, NULL },
		{ "--pack", &s.pack, NULL },
		{ "--at", &s.at, NULL },
		{ "--port", &s.port_text, NULL },
		{ "-o", &s.format, NULL },
		{ "--stop", NULL, &s.stop },
		{ "--keep", NULL, &s.keep },
		{ "--no-staff", NULL, &s.no_staff },
		{ "--json", NULL, &s.json },
	};
	const char *words[1] = { NULL };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 1 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = check(&s, words[0])) >= 0)
		return code;
	sandbox_forget_settings();
	return s.down ? end(&s) : start(&s);
}
