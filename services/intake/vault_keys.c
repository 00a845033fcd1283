#include "services/intake/vault_keys.h"

#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_LEN ((size_t)VAULT_KEY_LEN * 2)
#define NAMES "names "
#define FILE_MAX ((VAULT_KEYS_MAX + 3) * (HEX_LEN + 8))

/* All of a small file; -1 when it is longer than CAP. */
static ssize_t
read_all(int fd, char *text, size_t cap)
{
	size_t n = 0;

	while (n < cap) {
		ssize_t got = read(fd, text + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return (ssize_t)n;
		n += (size_t)got;
	}
	return -1;
}

static bool
is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 07777) == 0600;
}

static bool
parse_hex(const char *text, unsigned char key[VAULT_KEY_LEN])
{
	size_t len;

	return sodium_hex2bin(
		   key, VAULT_KEY_LEN, text, HEX_LEN, NULL, &len, NULL) == 0 &&
	       len == VAULT_KEY_LEN;
}

static bool
parse_names(struct vault_ring *ring, const char *line, size_t n)
{
	const char *first = line + strlen(NAMES);

	ring->named = ring->n == 0 && !ring->named &&
		      n == strlen(NAMES) + 2 * HEX_LEN + 1 &&
		      first[HEX_LEN] == ' ' &&
		      parse_hex(first, ring->names[0]) &&
		      parse_hex(first + HEX_LEN + 1, ring->names[1]);
	return ring->named;
}

static bool
parse_line(struct vault_ring *ring, const char *line, size_t n)
{
	if (n > strlen(NAMES) && memcmp(line, NAMES, strlen(NAMES)) == 0)
		return parse_names(ring, line, n);
	return n == HEX_LEN && ring->n < VAULT_KEYS_MAX &&
	       parse_hex(line, ring->keys[ring->n++]);
}

static bool
parse(struct vault_ring *ring, const char *text, size_t n)
{
	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t line = end != NULL ? (size_t)(end - text) : n;

		if (!parse_line(ring, text, line))
			return false;
		line += end != NULL;
		text += line;
		n -= line;
	}
	return ring->n > 0;
}

/* Until the first key goes, the names are its own. */
static void
take_names(struct vault_ring *ring)
{
	static const char *const uses[] = { "token   ", "person  " };

	for (size_t i = 0; i < ARRAY_LEN(uses) && !ring->named; i++)
		must(crypto_kdf_derive_from_key(ring->names[i], VAULT_KEY_LEN,
			 i + 2, uses[i], ring->keys[0]) == 0);
}

enum rc
vault_ring_read(const char *path, const char *setting, struct vault_ring *ring,
    struct err *e)
{
	char text[FILE_MAX];
	ssize_t n;
	bool sound;
	AUTO(file_close) int fd = -1;

	*ring = (struct vault_ring){ .n = 0 };
	if (sodium_init() < 0)
		return err_set(e, RC_FATAL, "libsodium does not start");
	if (path == NULL || path[0] == '\0')
		return err_set(e, RC_FATAL, "%s is not set", setting);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(e, RC_FATAL, "%s: %s: %m", setting, path);
	if (!is_private(fd))
		return err_set(e, RC_FATAL,
		    "%s: %s must be a file of mode 0600", setting, path);
	n = read_all(fd, text, sizeof(text));
	sound = n >= 0 && parse(ring, text, (size_t)n);
	sodium_memzero(text, sizeof(text));
	if (sound) {
		take_names(ring);
		return RC_OK;
	}
	vault_ring_wipe(ring);
	return err_set(e, RC_FATAL,
	    "%s: %s must be 1 to %d lines of %zu hex digits", setting, path,
	    VAULT_KEYS_MAX, HEX_LEN);
}

enum rc
vault_ring_add(struct vault_ring *ring, struct err *e)
{
	if (ring->n == VAULT_KEYS_MAX)
		return err_set(e, RC_REJECT,
		    "there are %d keys: retire some of them first",
		    VAULT_KEYS_MAX);
	randombytes_buf(ring->keys[ring->n++], VAULT_KEY_LEN);
	if (ring->n == 1)
		take_names(ring);
	return RC_OK;
}

void
vault_ring_drop(struct vault_ring *ring, size_t i)
{
	must(i + 1 < ring->n);
	ring->named = true;
	memmove(ring->keys[i], ring->keys[i + 1],
	    (ring->n - i - 1) * sizeof(ring->keys[0]));
	sodium_memzero(ring->keys[--ring->n], VAULT_KEY_LEN);
}

void
vault_ring_wipe(struct vault_ring *ring)
{
	sodium_memzero(ring, sizeof(*ring));
}

static size_t
put_hex(char *text, const unsigned char key[VAULT_KEY_LEN], char end)
{
	(void)sodium_bin2hex(text, HEX_LEN + 1, key, VAULT_KEY_LEN);
	text[HEX_LEN] = end;
	return HEX_LEN + 1;
}

static enum rc
write_file(
    const char *path, const char *text, size_t n, mode_t mode, struct err *e)
{
	char beside[PATH_MAX];
	bool done;
	AUTO(file_close) int fd = -1;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >=
	    (int)sizeof(beside))
		return err_set(e, RC_FATAL, "%s: the path is too long", path);
	(void)unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	done = fd >= 0 && fchmod(fd, mode) == 0 &&
	       write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
	       rename(beside, path) == 0;
	if (done)
		return RC_OK;
	(void)err_set(e, RC_FATAL, "%s: %m", path);
	(void)unlink(beside);
	return RC_FATAL;
}

enum rc
vault_ring_write(const char *path, enum vault_use use,
    const struct vault_ring *ring, struct err *e)
{
	char text[FILE_MAX];
	size_t n = 0;
	enum rc rc;

	if (use == VAULT_LOCK && ring->named) {
		n = sizeof(NAMES) - 1;
		memcpy(text, NAMES, n);
		n += put_hex(text + n, ring->names[0], ' ');
		n += put_hex(text + n, ring->names[1], '\n');
	}
	for (size_t i = 0; i < ring->n; i++)
		n += put_hex(text + n, ring->keys[i], '\n');
	rc = write_file(path, text, n, 0600, e);
	sodium_memzero(text, sizeof(text));
	return rc;
}

enum rc
vault_public_write(
    const char *path, const struct vault_ring *ring, struct err *e)
{
	unsigned char public_key[crypto_box_PUBLICKEYBYTES];
	char text[HEX_LEN + 2];

	must(ring->n > 0 &&
	     crypto_scalarmult_base(public_key, ring->keys[ring->n - 1]) == 0);
	return write_file(path, text, put_hex(text, public_key, '\n'), 0644, e);
}

const char *
vault_key_id(enum vault_use use, const unsigned char key[VAULT_KEY_LEN],
    char id[VAULT_KEY_ID])
{
	unsigned char bytes[crypto_kdf_BYTES_MIN];

	must(crypto_kdf_derive_from_key(bytes, sizeof(bytes), 4,
		 use == VAULT_LOCK ? "key id  " : "seal id ", key) == 0);
	return sodium_bin2hex(id, VAULT_KEY_ID, bytes, (VAULT_KEY_ID - 1) / 2);
}

static enum rc
path_of(char path[PATH_MAX], const char *dir, const char *name, struct err *e)
{
	if (snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return RC_OK;
	return err_set(e, RC_FATAL, "%s: the path is too long", dir);
}

/* The ring in FILE of DIR, of one key unless it is there. */
static enum rc
take_or_make(const char *dir, const char *file, enum vault_use use,
    struct vault_ring *ring, struct err *e)
{
	char path[PATH_MAX];

	TRY(path_of(path, dir, file, e));
	if (access(path, F_OK) == 0)
		return vault_ring_read(path, "key file", ring, e);
	*ring = (struct vault_ring){ .n = 0 };
	TRY(vault_ring_add(ring, e));
	return vault_ring_write(path, use, ring, e);
}

static enum rc
make_all(const char *dir, struct vault_ring *ring, struct err *e)
{
	char path[PATH_MAX];

	TRY(take_or_make(dir, "vault.key", VAULT_LOCK, ring, e));
	TRY(take_or_make(dir, "intake.key", VAULT_SEAL, ring, e));
	TRY(path_of(path, dir, "intake.pub", e));
	return vault_public_write(path, ring, e);
}

enum rc
vault_keys_new(const char *dir, struct err *e)
{
	struct vault_ring ring;
	enum rc rc;

	if (sodium_init() < 0)
		return err_set(e, RC_FATAL, "libsodium does not start");
	rc = make_all(dir, &ring, e);
	vault_ring_wipe(&ring);
	return rc;
}
