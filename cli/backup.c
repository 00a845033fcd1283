/* huying backup: the whole database, as of one moment, into a folder. */
#include "cli/backup.h"

#include "cli/when.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/signals.h"
#include "common/msg/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS MINUTE_MS

static const char usage[] =
    "usage: huying backup DIR [--keep N] [--every AMOUNT] [-o json]\n"
    "\n"
    "Writes everything that the database holds, journal and rows, as of one\n"
    "moment, into a new folder below DIR, named by its time, while services\n"
    "go on: database.dump (pg_dump) and manifest.json, which says where the\n"
    "journal was, its hash, and of every table its rows and their digest.\n"
    "It is complete or it is not there.  huying restore reads it.\n"
    "\n"
    "  --keep N        remove the oldest of DIR beyond N, after a new one\n"
    "  --every AMOUNT  stay, and make one whenever the newest in DIR is "
    "older:\n"
    "                  30m, 6h, 1d\n"
    "  --db DSN        libpq connection string, of the database's owner; a\n"
    "                  password belongs into a passfile\n"
    "  -o json         one object a backup\n"
    "\n"
    "Not in it are the key files: vault.key and intake.key open who reported.\n"
    "Without them a restored vault stays shut for ever; keep a copy of them\n"
    "elsewhere, not beside the backups.\n"
    "\n"
    "Exit codes: 0 done, 1 it failed and left nothing, 2 wrong usage,\n"
    "3 no database.\n";

struct backup {
	const char *dsn;
	const char *dir;
	int64_t keep;     /* 0: all */
	int64_t every_ms; /* 0: once */
	bool json;
	struct db *db;
	char name[BACKUP_NAME];
	char folder[PATH_MAX]; /* under way */
	char kept[PATH_MAX];   /* and then */
	char path[PATH_MAX];   /* of one of its files */
	char hash[65];
	int64_t bytes;
};

/* So that it is still there after a loss of power. */
static enum rc
sync_path(const char *path, struct err *e)
{
	AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return err_set(e, RC_FATAL, "%s: %m", path);
	return RC_OK;
}

static enum rc
write_manifest(struct backup *b, struct str text, struct err *e)
{
	FILE *f;
	bool bad;

	TRY(backup_path(b->folder, BACKUP_MANIFEST, b->path, e));
	f = fopen(b->path, "wxe");
	if (f == NULL)
		return err_set(e, RC_FATAL, "%s: %m", b->path);
	bad = fwrite(text.p, 1, text.n, f) != text.n;
	if (fclose(f) != 0 || bad)
		return err_set(e, RC_FATAL, "%s: %m", b->path);
	return sync_path(b->path, e);
}

/* pg_dump writes while we look at the same snapshot. */
static enum rc
dump(struct backup *b, struct json_out *j, struct err *e)
{
	char snapshot[BACKUP_SNAPSHOT];
	const char *argv[] = { "pg_dump", "--format=custom", "--no-password",
		"--snapshot", snapshot, "--file", b->path, "--dbname", b->dsn,
		NULL };
	struct err ended;
	enum rc rc;
	int pid;

	TRY(backup_state_open(b->db, snapshot, e));
	TRY(backup_path(b->folder, BACKUP_DUMP, b->path, e));
	pid = backup_tool_start(argv, e);
	if (pid < 0)
		return RC_FATAL;
	rc = backup_state(b->db, j, "state", e);
	if (backup_tool_end(pid, argv[0], &ended) != RC_OK && rc == RC_OK)
		rc = err_set(e, RC_FATAL, "%s", ended.text);
	return rc;
}

static enum rc
write_files(struct backup *b, struct err *e)
{
	AUTO(buf_fini) struct buf text;
	char at[CLOCK_TEXT];
	struct json_out j;

	buf_init(&text, BACKUP_TEXT_MAX);
	json_out_init(&j, &text);
	json_out_object(&j, NULL);
	json_out_int(&j, "format", BACKUP_FORMAT);
	json_out_z(&j, "made_at", clock_format(clock_wall_ms(), at));
	TRY(dump(b, &j, e));
	TRY(backup_hash_file(b->path, b->hash, &b->bytes, e));
	TRY(sync_path(b->path, e));
	json_out_int(&j, "bytes", b->bytes);
	json_out_z(&j, "sha256", b->hash);
	json_out_end(&j);
	return write_manifest(b, buf_get(&text), e);
}

/* Its name is the last thing that it gets. */
static enum rc
write_all(struct backup *b, struct err *e)
{
	TRY(write_files(b, e));
	TRY(sync_path(b->folder, e));
	if (rename(b->folder, b->kept) != 0)
		return err_set(e, RC_FATAL, "%s: %m", b->kept);
	return sync_path(b->dir, e);
}

/* By the time in UTC, so that names stand in the order of time; the next
 * second's, when there is one of this already. */
static enum rc
find_name(struct backup *b, struct err *e)
{
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;

	do {
		(void)gmtime_r(&now, &tm);
		(void)strftime(b->name, sizeof(b->name), BACKUP_NAMES, &tm);
		TRY(backup_path(b->dir, b->name, b->kept, e));
		now++;
	} while (access(b->kept, F_OK) == 0);
	return RC_OK;
}

static enum rc
make_folder(struct backup *b, struct err *e)
{
	char under_way[sizeof(b->name) + sizeof(BACKUP_PARTIAL)];

	TRY(find_name(b, e));
	(void)snprintf(
	    under_way, sizeof(under_way), "%s" BACKUP_PARTIAL, b->name);
	TRY(backup_path(b->dir, under_way, b->folder, e));
	if (mkdir(b->folder, 0700) != 0)
		return err_set(e, RC_FATAL, "%s: %m", b->folder);
	return RC_OK;
}

static void
tell(const struct backup *b)
{
	AUTO(buf_fini) struct buf line;
	char size[32];

	buf_init(&line, BACKUP_TEXT_MAX);
	if (b->json) {
		buf_z(&line, "{\"backup\":");
		wire_json_str(str_of(b->kept), &line);
		buf_printf(&line, ",\"bytes\":%lld,\"sha256\":\"%s\"}",
		    (long long)b->bytes, b->hash);
	} else {
		buf_printf(
		    &line, "%s  %s", b->kept, backup_size(b->bytes, size));
	}
	printf("%.*s\n", STR_ARG(buf_get(&line)));
	(void)fflush(stdout);
}

/* One at a time in a folder; the lock goes with its descriptor. */
static enum rc
take_folder(const struct backup *b, int *lock, struct err *e)
{
	*lock = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return err_set(e, RC_FATAL, "%s: %m", b->dir);
	if (flock(*lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(
		    e, RC_FATAL, "another backup into %s is under way", b->dir);
	return backup_keep_sweep(b->dir, e);
}

static enum rc
back_up_in(struct backup *b, struct err *e)
{
	AUTO(file_close) int lock = -1;
	enum rc rc;
	struct err ignored;

	TRY(take_folder(b, &lock, e));
	TRY(make_folder(b, e));
	rc = write_all(b, e);
	if (rc != RC_OK) {
		(void)(backup_keep_sweep(b->dir, &ignored) == RC_OK);
		return rc;
	}
	tell(b);
	return b->keep > 0 ? backup_keep_newest(b->dir, (size_t)b->keep, e)
			   : RC_OK;
}

/* One backup; an exit code. */
static int
back_up(struct backup *b)
{
	struct err e;
	int code = cli_db(b->dsn, "backup", NULL, 0, &b->db);

	if (code >= 0)
		return code;
	db_patience(b->db, DAY_MS);
	code = EXIT_OK;
	if (back_up_in(b, &e) != RC_OK) {
		cli_say("backup: %s", e.text);
		code = EXIT_NOTHING;
	}
	db_close(&b->db);
	return code;
}

/* How long the newest one is young enough. */
static int64_t
left_ms(const struct backup *b)
{
	char name[BACKUP_NAME], text[CLOCK_TEXT];
	int64_t at, left;
	struct err e;

	if (backup_keep_last(b->dir, name, &e) != RC_OK)
		return 0;
	(void)snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ",
	    name, name + 4, name + 6, name + 9, name + 11, name + 13);
	if (!clock_parse(str_of(text), &at))
		return 0;
	left = at + b->every_ms - clock_wall_ms();
	return left < b->every_ms ? left : b->every_ms;
}

/* True when told to stop meanwhile. */
static bool
wait_ms(int sigfd, int64_t ms)
{
	struct pollfd p = { sigfd, POLLIN, 0 };

	return poll(&p, 1, ms < INT32_MAX ? (int)ms : INT32_MAX) > 0;
}

/* One that fails is said, and tried again before long. */
static int
back_up_always(struct backup *b)
{
	int sigfd = signals_open();
	bool stop = false;

	while (!stop) {
		int64_t ms = left_ms(b);

		if (ms <= 0 && back_up(b) != EXIT_OK)
			ms = RETRY_MS;
		stop = wait_ms(sigfd, ms > 0 ? ms : 0);
	}
	(void)close(sigfd);
	return EXIT_OK;
}

static int
take_numbers(struct backup *b, const char *keep, const char *every)
{
	if (keep != NULL && (!str_i64(str_of(keep), &b->keep) || b->keep < 1 ||
				b->keep > 100000)) {
		cli_say("backup: --keep takes how many, from 1");
		return EXIT_USAGE;
	}
	if (every != NULL && (!when_parse_span(str_of(every), &b->every_ms) ||
				 b->every_ms < MINUTE_MS)) {
		cli_say("backup: --every takes 1m and more: 30m, 6h, 1d");
		return EXIT_USAGE;
	}
	return -1;
}

int
cmd_backup(int argc, char **argv)
{
	struct backup b = { .dir = NULL };
	const char *keep = NULL, *every = NULL, *format = NULL;
	const struct option_row rows[] = { { "--keep", &keep, NULL },
		{ "--every", &every, NULL }, { "--db", &b.dsn, NULL },
		{ "-o", &format, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), &b.dir, 1 };
	struct conf c;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &b.json)) >= 0 ||
	    (code = take_numbers(&b, keep, every)) >= 0 ||
	    (code = cli_conf(&c)) >= 0)
		return code;
	if (n != 1) {
		cli_say("backup: into which folder? See huying backup --help");
		return EXIT_USAGE;
	}
	if (b.dsn == NULL)
		b.dsn = c.db;
	return b.every_ms > 0 ? back_up_always(&b) : back_up(&b);
}
