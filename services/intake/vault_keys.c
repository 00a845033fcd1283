#include "services/intake/vault_keys.h"

#include "services/intake/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_LEN ((size_t)VAULT_KEY_LEN * 2)

static void
fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

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
parse_hex(const char *text, size_t n, unsigned char key[VAULT_KEY_LEN])
{
	size_t len;

	if (n == HEX_LEN + 1 && text[HEX_LEN] == '\n')
		n--;
	return n == HEX_LEN &&
	       sodium_hex2bin(key, VAULT_KEY_LEN, text, n, NULL, &len, NULL) ==
		   0 &&
	       len == VAULT_KEY_LEN;
}

enum rc
vault_key_read(const char *path, const char *setting,
    unsigned char key[VAULT_KEY_LEN], struct err *e)
{
	char text[HEX_LEN + 2];
	ssize_t n;
	bool sound;
	AUTO(fd_close) int fd = -1;

	if (path == NULL || path[0] == '\0')
		return err_set(e, RC_FATAL, "%s is not set", setting);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(e, RC_FATAL, "%s: %s: %m", setting, path);
	if (!is_private(fd))
		return err_set(e, RC_FATAL,
		    "%s: %s must be a file of mode 0600", setting, path);
	n = read_all(fd, text, sizeof(text));
	sound = n >= 0 && parse_hex(text, (size_t)n, key);
	sodium_memzero(text, sizeof(text));
	if (!sound)
		return err_set(e, RC_FATAL,
		    "%s: %s must be one line of %zu hex digits", setting, path,
		    HEX_LEN);
	return RC_OK;
}

/* Complete or not there: written beside, then given its name. */
static enum rc
write_line(const char *path, const unsigned char key[VAULT_KEY_LEN],
    mode_t mode, struct err *e)
{
	char hex[HEX_LEN + 2], beside[PATH_MAX];
	bool done;
	AUTO(fd_close) int fd = -1;

	(void)sodium_bin2hex(hex, HEX_LEN + 1, key, VAULT_KEY_LEN);
	hex[HEX_LEN] = '\n';
	if (snprintf(beside, sizeof(beside), "%s.new", path) >=
	    (int)sizeof(beside))
		return err_set(e, RC_FATAL, "%s: the path is too long", path);
	(void)unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	done = fd >= 0 && fchmod(fd, mode) == 0 &&
	       write(fd, hex, HEX_LEN + 1) == (ssize_t)(HEX_LEN + 1) &&
	       fsync(fd) == 0 && rename(beside, path) == 0;
	sodium_memzero(hex, sizeof(hex));
	if (done)
		return RC_OK;
	(void)err_set(e, RC_FATAL, "%s: %m", path);
	(void)unlink(beside);
	return RC_FATAL;
}

static enum rc
path_of(char path[PATH_MAX], const char *dir, const char *name, struct err *e)
{
	if (snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return RC_OK;
	return err_set(e, RC_FATAL, "%s: the path is too long", dir);
}

/* The key in FILE of DIR, made unless it is there. */
static enum rc
take_or_make(const char *dir, const char *file,
    unsigned char key[VAULT_KEY_LEN], struct err *e)
{
	char path[PATH_MAX];

	TRY(path_of(path, dir, file, e));
	if (access(path, F_OK) == 0)
		return vault_key_read(path, "key file", key, e);
	randombytes_buf(key, VAULT_KEY_LEN);
	return write_line(path, key, 0600, e);
}

static enum rc
make_all(const char *dir, unsigned char key[VAULT_KEY_LEN], struct err *e)
{
	unsigned char public_key[crypto_box_PUBLICKEYBYTES];
	char path[PATH_MAX];

	TRY(take_or_make(dir, "vault.key", key, e));
	TRY(take_or_make(dir, "intake.key", key, e));
	must(crypto_scalarmult_base(public_key, key) == 0);
	TRY(path_of(path, dir, "intake.pub", e));
	return write_line(path, public_key, 0644, e);
}

enum rc
vault_keys_new(const char *dir, struct err *e)
{
	unsigned char key[VAULT_KEY_LEN];
	enum rc rc;

	if (sodium_init() < 0)
		return err_set(e, RC_FATAL, "libsodium does not start");
	rc = make_all(dir, key, e);
	sodium_memzero(key, sizeof(key));
	return rc;
}
