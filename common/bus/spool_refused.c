/* What a spool keeps beside the events: those refused, and the key. */
#include "common/bus/spool_inside.h"

#include "common/base/clock.h"
#include "common/msg/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define CHECK_LEN 16
#define KEY_TEXT (2 * (SPOOL_KEY_LEN + CHECK_LEN) + 1)

/* A line that was torn is ended, so that it spoils no other. */
enum rc
spool_open_refused(struct spool *s, struct err *e)
{
	struct stat st;
	char last = '\n';

	s->refused = openat(s->dir, "refused",
	    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (s->refused < 0 || fstat(s->refused, &st) != 0)
		return err_set(e, RC_REJECT, "refused in the spool %s: %s",
		    s->path, strerror(errno));
	s->refused_bytes = st.st_size;
	if (st.st_size > 0 &&
	    pread(s->refused, &last, 1, st.st_size - 1) == 1 && last != '\n' &&
	    write(s->refused, "\n", 1) == 1)
		s->refused_bytes++;
	return RC_OK;
}

static void
put_base64(struct buf *out, const char *key, struct str bytes)
{
	size_t room =
	    sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
	char *text = xmalloc(room);

	(void)sodium_bin2base64(text, room, (const unsigned char *)bytes.p,
	    bytes.n, sodium_base64_VARIANT_ORIGINAL);
	buf_printf(out, ",\"%s\":\"%s\"", key, text);
	free(text);
}

static void
put_text(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(str_of(value), out);
}

static void
put_line(struct buf *out, const struct spool_record *r,
    const struct spool_reason *why)
{
	struct wire_fault fault;
	char at[CLOCK_TEXT];

	buf_printf(out, "{\"n\":%lld", (long long)r->n);
	put_text(out, "at", clock_format(clock_wall_ms(), at));
	put_text(out, "code", why->code);
	put_text(out, "field", why->field);
	put_text(out, "reason", why->reason);
	if (!r->damaged && wire_check(r->envelope, &fault)) {
		buf_z(out, ",\"event\":");
		wire_json(r->envelope, out);
	} else if (!r->damaged) {
		put_base64(out, "bytes", r->envelope);
	}
	if (r->part.n > 0)
		put_base64(out, "sealedbox", r->part);
	buf_z(out, "}\n");
}

/* Somebody may have dealt with it, and taken it away. */
static enum rc
find_refused(struct spool *s, struct err *e)
{
	struct stat st;

	if (fstat(s->refused, &st) == 0 && st.st_nlink > 0) {
		s->refused_bytes = st.st_size;
		return RC_OK;
	}
	(void)close(s->refused);
	return spool_open_refused(s, e);
}

static enum rc
write_line(struct spool *s, struct str line, struct err *e)
{
	ssize_t n;

	TRY(find_refused(s, e));
	n = write(s->refused, line.p, line.n);
	if (n == (ssize_t)line.n && fdatasync(s->refused) == 0) {
		s->refused_bytes += (int64_t)line.n;
		return RC_OK;
	}
	/* A part of a line would be none. */
	if (n >= 0 && ftruncate(s->refused, s->refused_bytes) != 0)
		s->refused_bytes += n;
	return err_set(e, RC_RETRY, "refused in the spool %s: %s", s->path,
	    n >= 0 ? "the disk is full" : strerror(errno));
}

enum rc
spool_refuse(struct spool *s, const struct spool_record *r,
    const struct spool_reason *why, struct err *e)
{
	struct buf line;
	enum rc rc;

	buf_init(&line, LINE_MAX_BYTES);
	put_line(&line, r, why);
	must(!line.failed);
	rc = write_line(s, buf_get(&line), e);
	buf_fini(&line);
	return rc;
}

bool
spool_key(const struct spool *s, unsigned char key[SPOOL_KEY_LEN])
{
	if (s->has_key)
		memcpy(key, s->key, SPOOL_KEY_LEN);
	return s->has_key;
}

/* Hex of the key and of its check: a wrong key would seal for nobody. */
static void
key_text(const unsigned char key[SPOOL_KEY_LEN], char text[KEY_TEXT])
{
	unsigned char both[SPOOL_KEY_LEN + CHECK_LEN];

	memcpy(both, key, SPOOL_KEY_LEN);
	(void)crypto_generichash(
	    both + SPOOL_KEY_LEN, CHECK_LEN, key, SPOOL_KEY_LEN, NULL, 0);
	(void)sodium_bin2hex(text, KEY_TEXT, both, sizeof(both));
}

void
spool_read_key(struct spool *s)
{
	char text[KEY_TEXT] = "", sound[KEY_TEXT];
	int fd = openat(s->dir, "key", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	s->has_key = read(fd, text, KEY_TEXT - 1) == KEY_TEXT - 1 &&
		     sodium_hex2bin(s->key, SPOOL_KEY_LEN, text,
			 2 * SPOOL_KEY_LEN, NULL, NULL, NULL) == 0;
	key_text(s->key, sound);
	s->has_key = s->has_key && strcmp(text, sound) == 0;
	(void)close(fd);
}

enum rc
spool_keep_key(
    struct spool *s, const unsigned char key[SPOOL_KEY_LEN], struct err *e)
{
	char text[KEY_TEXT];
	bool kept;
	int fd;

	if (s->has_key && memcmp(s->key, key, SPOOL_KEY_LEN) == 0)
		return RC_OK;
	key_text(key, text);
	fd = openat(s->dir, "key.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	kept = fd >= 0 && write(fd, text, KEY_TEXT - 1) == KEY_TEXT - 1 &&
	       fdatasync(fd) == 0 &&
	       renameat(s->dir, "key.new", s->dir, "key") == 0 &&
	       fsync(s->dir) == 0;
	if (fd >= 0)
		(void)close(fd);
	if (!kept)
		return err_set(e, RC_RETRY, "key in the spool %s: %s", s->path,
		    strerror(errno));
	memcpy(s->key, key, SPOOL_KEY_LEN);
	s->has_key = true;
	return RC_OK;
}
