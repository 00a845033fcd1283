#include "lib/inside.h"

#include "common/base/version.h"

#include <czmq.h>
#include <pthread.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

static void
init(void)
{
	/* SIGINT and SIGTERM stay the program's. */
	zsys_handler_set(NULL);
	if (sodium_init() < 0)
		never("no randomness");
}

void
lib_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, init);
}

const char *
huying_version(void)
{
	return VERSION;
}

const char *
huying_strerror(int code)
{
	static const char *const words[] = {
		[HUYING_OK] = "fine",
		[HUYING_NOTHING] = "nothing came within the time",
		[HUYING_END] = "read to the end",
		[HUYING_FULL] = "no room now",
		[HUYING_AWAY] = "no bus answers",
		[HUYING_INVALID] = "not valid",
		[HUYING_IN_USE] = "in use by another process",
		[HUYING_CUT] = "history was cut short",
		[HUYING_RETIRED] = "not in the journal any more",
		[HUYING_FAILED] = "cannot go on",
	};

	return code >= 0 && (size_t)code < ARRAY_LEN(words)
		   ? words[code]
		   : "no code of libhuying";
}

enum huying_code
lib_fail(
    struct huying_error *error, enum huying_code code, const char *fmt, ...)
{
	va_list ap;

	if (error == NULL)
		return code;
	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	error->code = code;
	return code;
}

enum huying_code
lib_tell(struct huying_error *error, enum huying_code code, const struct err *e)
{
	return lib_fail(error, code, "%s", e->text);
}

enum huying_code
lib_ok(struct huying_error *error)
{
	return lib_fail(error, HUYING_OK, "%s", "");
}

bool
lib_options(void *to, size_t to_size, const void *from)
{
	size_t size;

	if (from == NULL)
		return false;
	memcpy(&size, from, sizeof(size));
	if (size < sizeof(size) || size > 4096)
		return false;
	memset(to, 0, to_size);
	memcpy(to, from, size < to_size ? size : to_size);
	return true;
}

enum rc
lib_endpoint(const char *given, struct conf *c, const char *const *setting,
    const char **endpoint, struct err *e)
{
	*endpoint = given;
	if (given != NULL)
		return RC_OK;
	TRY(conf_load(c, e));
	*endpoint = *setting;
	return RC_OK;
}
